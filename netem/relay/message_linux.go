package relay

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// inboxSize is how many datagrams one turn reads.
	inboxSize = 64
	// controlSize is the room for a datagram's control messages: stamp, traffic class twice and overflow count.
	controlSize = 128
	// maxTries bounds how often one datagram is offered to the system.
	maxTries = 3
)

// endpoint is a socket under our own descriptor: while one is registered with Go's poller, every datagram also wakes a
// thread of the runtime that has nothing to do with it.
type endpoint struct {
	fd       int // -1: none
	stamped  bool
	overflow uint32                // what the system counted as dropped so far
	client   unix.RawSockaddrInet6 // whom the socket stands for, as the system spells it
}

// adopt duplicates conn's descriptor and switches on what the relay reads; false where the system does not let it.
func adopt(conn *net.UDPConn) (e endpoint, ok bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return e, false
	}
	e.fd = -1
	err = raw.Control(func(original uintptr) {
		if fd, err := unix.FcntlInt(original, unix.F_DUPFD_CLOEXEC, 0); err == nil {
			e.fd = fd
		}
	})
	if err != nil || e.fd < 0 {
		return e, false
	}
	if unix.SetNonblock(e.fd, true) != nil {
		e.shut()
		return e, false
	}
	// Beyond the system's cap where the process may.
	_ = unix.SetsockoptInt(e.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, socketBuffer)
	_ = unix.SetsockoptInt(e.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, socketBuffer)
	e.stamped = enable(e.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS)
	enable(e.fd, unix.IPPROTO_IP, unix.IP_RECVTOS)
	enable(e.fd, unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS) // refused by an IPv4 socket
	enable(e.fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL)
	return e, true
}

func enable(fd, level, option int) bool { return unix.SetsockoptInt(fd, level, option, 1) == nil }

func (e *endpoint) shut() {
	if e.fd >= 0 {
		_ = unix.Close(e.fd)
	}
}

// dropped takes the system's count and returns how many that is more than before.
func (e *endpoint) dropped(count uint32) (more uint64) {
	more = uint64(count - e.overflow)
	e.overflow = count
	return more
}

// inbox is room for what one turn reads. Only pages that datagrams arrive in are ever touched.
type inbox struct {
	messages [inboxSize]unix.Mmsghdr
	vectors  [inboxSize]unix.Iovec
	names    [inboxSize]unix.RawSockaddrInet6
	controls [inboxSize][controlSize]byte
	slab     []byte
	used     int
}

func newInbox() *inbox {
	b := &inbox{slab: make([]byte, inboxSize*maxDatagram), used: inboxSize}
	for i := range b.messages {
		b.vectors[i].Base = &b.slab[i*maxDatagram]
		b.vectors[i].SetLen(maxDatagram)
		h := &b.messages[i].Hdr
		h.Iov, h.Name, h.Control = &b.vectors[i], (*byte)(unsafe.Pointer(&b.names[i])), &b.controls[i][0]
		h.SetIovlen(1)
	}
	return b
}

// reset forgets what was read.
func (b *inbox) reset() {
	for i := range b.messages[:b.used] {
		h := &b.messages[i].Hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(controlSize)
	}
	b.used = 0
}

// fill reads what fd has, as far as there is room, and returns how many datagrams that is. Messages of routers and peers
// (ICMP) are no errors: reading clears them.
func (b *inbox) fill(fd int) (n int, err error) {
	for b.used < inboxSize {
		r, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.messages[b.used])),
			uintptr(inboxSize-b.used), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			b.used += int(r)
			return n + int(r), nil
		case unix.EBADF, unix.ENOTSOCK, unix.EFAULT, unix.EINVAL:
			return n, errno
		default: // EAGAIN, or a message that is cleared now: poll tells if there is more
			return n, nil
		}
	}
	return n, nil
}

// data returns the payload of a message; false where it did not fit.
func (b *inbox) data(message int) (data []byte, whole bool) {
	m := &b.messages[message]
	return b.slab[message*maxDatagram:][:m.Len], m.Hdr.Flags&unix.MSG_TRUNC == 0
}

// name returns the sender's address of a message.
func (b *inbox) name(message int) *unix.RawSockaddrInet6 { return &b.names[message] }

// control is what the control messages of a datagram say.
type control struct {
	wall     int64  // receive stamp in ns since 1970, zero: none
	tos      uint8  // DSCP and ECN
	overflow uint32 // datagrams dropped at the socket so far
}

// control reads the control messages of a message. What it does not know is skipped; a malformed rest ends the walk.
func (b *inbox) control(message int) (c control) {
	rest := b.controls[message][:b.messages[message].Hdr.Controllen]
	for len(rest) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(unsafe.SliceData(rest)))
		size := uint64(h.Len)
		if size < uint64(unix.CmsgLen(0)) || size > uint64(len(rest)) {
			return c
		}
		c.note(h.Level, h.Type, rest[unix.CmsgLen(0):size])
		rest = rest[min(unix.CmsgSpace(int(size)-unix.CmsgLen(0)), len(rest)):]
	}
	return c
}

func (c *control) note(level, kind int32, data []byte) {
	switch {
	case level == unix.SOL_SOCKET && kind == unix.SCM_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})):
		var t unix.Timespec
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&t)), unsafe.Sizeof(t)), data)
		c.wall = t.Nano()
	case level == unix.IPPROTO_IP && kind == unix.IP_TOS && len(data) >= 1:
		c.tos = data[0]
	case level == unix.IPPROTO_IPV6 && kind == unix.IPV6_TCLASS && len(data) >= 4:
		c.tos = uint8(binary.NativeEndian.Uint32(data))
	case level == unix.SOL_SOCKET && kind == unix.SO_RXQ_OVFL && len(data) >= 4:
		c.overflow = binary.NativeEndian.Uint32(data)
	}
}

// outbox sends one datagram a call.
type outbox struct {
	header  unix.Msghdr
	vector  unix.Iovec
	control [64]byte
}

// send offers a datagram to the system and returns whether it took it. A nil name is the peer that fd is connected to.
// It keeps the goroutine's processor (RawSyscall), as it never blocks.
func (o *outbox) send(fd int, name *unix.RawSockaddrInet6, ipv4 bool, d departure) bool {
	o.vector.Base = unsafe.SliceData(d.data)
	o.vector.SetLen(len(d.data))
	o.header = unix.Msghdr{Iov: &o.vector}
	o.header.SetIovlen(1)
	if name != nil {
		o.header.Name, o.header.Namelen = (*byte)(unsafe.Pointer(name)), unix.SizeofSockaddrInet6
		if name.Family == unix.AF_INET {
			o.header.Namelen = unix.SizeofSockaddrInet4
		}
	}
	if d.tos != 0 {
		o.class(d.tos, ipv4)
	}
	for range maxTries {
		_, _, errno := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&o.header)), unix.MSG_DONTWAIT)
		switch errno {
		case 0:
			return true
		case unix.EINTR, unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH:
			// Perhaps the news of an earlier datagram, which are cleared now.
		default:
			return false
		}
	}
	return false
}

// class adds the traffic class as a control message.
func (o *outbox) class(tos uint8, ipv4 bool) {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&o.control[0]))
	h.Level, h.Type = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	if ipv4 {
		h.Level, h.Type = unix.IPPROTO_IP, unix.IP_TOS
	}
	h.SetLen(unix.CmsgLen(4))
	binary.NativeEndian.PutUint32(o.control[unix.CmsgLen(0):], uint32(tos))
	o.header.Control = &o.control[0]
	o.header.SetControllen(unix.CmsgSpace(4))
}

// getAddress reads an address as the system spells it.
func getAddress(name *unix.RawSockaddrInet6) netip.AddrPort {
	switch name.Family {
	case unix.AF_INET:
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), port(&four.Port))
	case unix.AF_INET6:
		ip := netip.AddrFrom16(name.Addr).Unmap()
		if name.Scope_id != 0 && ip.Is6() {
			ip = ip.WithZone(strconv.FormatUint(uint64(name.Scope_id), 10))
		}
		return netip.AddrPortFrom(ip, port(&name.Port))
	}
	return netip.AddrPort{}
}

// port reads a port, which is big-endian whatever the machine.
func port(field *uint16) uint16 { return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(field))[:]) }

// scheduling says how the calling thread is scheduled, for people.
func scheduling() string {
	a, err := unix.SchedGetAttr(0, 0)
	if err == nil && a.Policy == unix.SCHED_FIFO {
		return fmt.Sprintf("real-time (SCHED_FIFO %d)", a.Priority)
	}
	return "normal, precise timers"
}
