package transport

import (
	"net/netip"
	"unsafe"

	"airbridge/machine"
	"airbridge/units"

	"golang.org/x/sys/unix"
)

// One read takes up to 4 MiB in one of two shapes. Only pages that datagrams arrive in are ever touched.
const (
	coalescedSize = 64 << 10 // what the kernel coalesces at most
	coalescedMany = 64
	singleSize    = 4 << 10 // above any datagram of the protocol; longer ones are counted and dropped
	singleMany    = maxPerTurn
)

// receiver is the receiving half of a kernelSocket.
type receiver struct {
	gro, stamped, ecn bool

	slot         int // bytes of slab a message may take
	inbox        []unix.Mmsghdr
	inboxVectors []unix.Iovec
	names        []unix.RawSockaddrInet6
	controls     []byte
	slab         []byte
	used         int // messages of the last read

	from     netip.AddrPort // what fromName spells
	fromName unix.RawSockaddrInet6
	stamps   stamps
	datagram machine.Datagram
}

func (k *kernelSocket) openReceiver(cfg SocketConfig) {
	k.gro = !cfg.NoGRO && enable(k.fd, unix.IPPROTO_UDP, unix.UDP_GRO)
	k.stamped = !cfg.NoStamps && enable(k.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS)
	// An IPv6 socket reports the class of IPv4 peers by the IPv4 message.
	k.ecn = enable(k.fd, unix.IPPROTO_IP, unix.IP_RECVTOS)
	if k.v6 {
		k.ecn = enable(k.fd, unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS)
	}
	enable(k.fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL) // without it ReceiveDrops stays zero

	many, slot := singleMany, singleSize
	if k.gro {
		many, slot = coalescedMany, coalescedSize
	}
	if cfg.NoBatch {
		many = 1
	}
	k.allocate(many, slot)
}

func (k *kernelSocket) allocate(many, slot int) {
	k.slot = slot
	k.inbox = make([]unix.Mmsghdr, many)
	k.inboxVectors = make([]unix.Iovec, many)
	k.names = make([]unix.RawSockaddrInet6, many)
	k.controls = make([]byte, many*controlSize)
	k.slab = make([]byte, many*slot)
	k.used = many
	for i := range k.inbox {
		k.inboxVectors[i].Base = &k.slab[i*slot]
		k.inboxVectors[i].SetLen(slot)
		h := &k.inbox[i].Hdr
		h.Iov, h.Name = &k.inboxVectors[i], (*byte)(unsafe.Pointer(&k.names[i]))
		h.Control = &k.controls[i*controlSize]
		h.SetIovlen(1)
	}
}

// fill reads what is there, at most one slab, without waiting, and returns how many messages came; full means that
// there may be more. An error ends the socket; ICMP errors are counted instead.
func (k *kernelSocket) fill() (n int, full bool, err error) {
	for i := range k.inbox[:k.used] {
		h := &k.inbox[i].Hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(controlSize)
	}
	k.used = 0
	k.count.receiveCalls.Add(1)
	// RawSyscall, as in sendmmsg.
	r, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(k.fd), uintptr(unsafe.Pointer(&k.inbox[0])),
		uintptr(len(k.inbox)), unix.MSG_DONTWAIT, 0, 0)
	switch errno {
	case 0:
		k.used = int(r)
		return k.used, k.used == len(k.inbox), nil
	case unix.EAGAIN:
		return 0, false, nil
	case unix.EINTR, unix.ENOMEM, unix.ENOBUFS:
		return 0, true, nil
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.EMSGSIZE, unix.EPROTO, unix.EHOSTDOWN:
		k.count.refused.Add(1)
		return 0, true, nil
	}
	return 0, false, errno
}

// visit hands every datagram of the last fill to f, in order of arrival. now is the turn's instant, skew the wall
// clock minus the monotonic clock. It returns how many there were.
func (k *kernelSocket) visit(now units.Mono, skew int64, f func(*machine.Datagram)) (datagrams int) {
	for i := range k.inbox[:k.used] {
		m := &k.inbox[i]
		size := int(m.Len)
		c := parseControl(k.controls[i*controlSize:][:m.Hdr.Controllen])
		if c.overflow > 0 {
			k.count.overflown.Store(uint64(c.overflow))
		}
		if m.Hdr.Flags&unix.MSG_TRUNC != 0 {
			k.count.truncated.Add(1)
			continue
		}
		if !c.coalesced(size) {
			c.segment = size
		}
		k.datagram = machine.Datagram{From: k.peer(&k.names[i]), At: k.stamps.at(c.wall, skew, now), ECN: c.tos & 3}
		datagrams += k.each(k.slab[i*k.slot:][:size], c.segment, f)
		k.count.receivedBytes.Add(uint64(size))
	}
	k.count.receivedDatagrams.Add(uint64(datagrams))
	return datagrams
}

// coalesced returns whether a message of size bytes holds several datagrams.
func (c *control) coalesced(size int) bool { return c.segment > 0 && c.segment < size }

// each hands the datagrams of one message to f and returns how many; an empty message is one empty datagram.
func (k *kernelSocket) each(data []byte, segment int, f func(*machine.Datagram)) (n int) {
	for first := true; first || len(data) > 0; first = false {
		size := min(segment, len(data))
		k.datagram.Data = data[:size:size]
		f(&k.datagram)
		data = data[size:]
		n++
	}
	return n
}

// peer reads the sender's address; the last one is remembered, as nearly all datagrams come from one peer.
func (k *kernelSocket) peer(name *unix.RawSockaddrInet6) netip.AddrPort {
	if name.Family == unix.AF_INET {
		clear(unsafe.Slice((*byte)(unsafe.Pointer(name)), unsafe.Sizeof(*name))[unix.SizeofSockaddrInet4:])
	}
	if *name != k.fromName {
		k.fromName, k.from = *name, getAddress(name)
	}
	return k.from
}
