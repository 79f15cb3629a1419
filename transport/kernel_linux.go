package transport

import (
	"net"

	"golang.org/x/sys/unix"
)

// Limits of segmentation offload: segments a call (linux/udp.h, UDP_MAX_SEGMENTS of the oldest kernels) and bytes.
const (
	maxSegments  = 64
	maxTrainSize = maxDatagram
)

// kernelSocket is a UDP socket of Linux under our own descriptor. Owned by the pump, but for its descriptor number.
type kernelSocket struct {
	fd      int
	v6      bool // an IPv6 socket, which speaks IPv4 in mapped addresses
	warning string
	count   *counters
	sender
	receiver
}

// upgrade takes the descriptor of conn and closes conn. It returns nil, and leaves conn alone, where the system does
// not let it. The duplicate is deliberate: while a descriptor is registered with Go's poller, every datagram also
// wakes a runtime thread that has nothing to do with it.
func upgrade(conn *net.UDPConn, cfg SocketConfig, count *counters) *kernelSocket {
	fd := duplicate(conn)
	if fd < 0 {
		return nil
	}
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		_ = unix.Close(fd)
		return nil
	}
	_ = conn.Close() // the duplicate keeps the port
	k := &kernelSocket{fd: fd, v6: domain == unix.AF_INET6, count: count}
	k.warning = sizeBuffers(fd, cfg)
	k.openSender(cfg)
	k.openReceiver(cfg)
	return k
}

func duplicate(conn *net.UDPConn) int {
	raw, err := conn.SyscallConn()
	if err != nil {
		return -1
	}
	fd := -1
	err = raw.Control(func(original uintptr) {
		d, err := unix.FcntlInt(original, unix.F_DUPFD_CLOEXEC, 0)
		if err == nil {
			fd = d
		}
	})
	if err != nil || fd < 0 {
		return -1
	}
	if unix.SetNonblock(fd, true) != nil {
		_ = unix.Close(fd)
		return -1
	}
	return fd
}

func (k *kernelSocket) features() Features {
	return Features{
		GSO: k.gso.Load(), GRO: k.gro, Batch: k.batch, Stamps: k.stamped, ECN: k.ecn,
		DSCP: true, // IP_TOS and IPV6_TCLASS as control messages are older than any kernel Go runs on
	}
}

func (k *kernelSocket) close() error { return unix.Close(k.fd) }

// enable switches a boolean socket option on and returns whether the system knows it.
func enable(fd, level, option int) bool { return unix.SetsockoptInt(fd, level, option, 1) == nil }
