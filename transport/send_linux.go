package transport

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"
	"unsafe"

	"airbridge/machine"

	"golang.org/x/sys/unix"
)

// maxRetries bounds how often one burst tries again after an interruption or an error of an earlier datagram.
const maxRetries = 8

// sender is the sending half of a kernelSocket: one burst is planned into messages which leave in as few calls as
// the system allows.
type sender struct {
	gso   atomic.Bool // the pump writes, Features reads
	batch bool
	mark  uint8 // ECN field of what is sent

	// call is sendmmsg; tests put failures here.
	call func(fd int, messages []unix.Mmsghdr) (int, unix.Errno)

	messages [maxSegments]unix.Mmsghdr
	vectors  [maxSegments]unix.Iovec
	to       netip.AddrPort // the peer that name spells
	name     unix.RawSockaddrInet6
	nameSize uint32
	control  [64]byte // traffic class, then segment size
}

func (k *kernelSocket) openSender(cfg SocketConfig) {
	k.batch, k.mark, k.call = !cfg.NoBatch, cfg.ECN, sendmmsg
	_, err := unix.GetsockoptInt(k.fd, unix.IPPROTO_UDP, unix.UDP_SEGMENT)
	k.gso.Store(err == nil && !cfg.NoGSO)
	for i := range k.messages {
		h := &k.messages[i].Hdr
		h.Iov, h.Name = &k.vectors[i], (*byte)(unsafe.Pointer(&k.name))
		h.SetIovlen(1)
	}
}

// sendmmsg keeps the goroutine's processor (RawSyscall): it never blocks, and losing the processor to a busy
// goroutine in the middle of a train costs milliseconds.
func sendmmsg(fd int, messages []unix.Mmsghdr) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])),
		uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

func (k *kernelSocket) send(b machine.Burst) {
	if b.Size <= 0 || len(b.Slab) == 0 {
		return
	}
	if b.To != k.to || k.nameSize == 0 {
		k.to, k.nameSize = b.To, putAddress(&k.name, b.To, k.v6)
	}
	if k.nameSize == 0 || b.Size > maxDatagram {
		k.count.sendDrops.Add(uint64(b.Count()))
		return
	}
	retries := maxRetries
	for rest := b.Slab; len(rest) > 0; {
		n := k.plan(rest, b)
		rest = rest[k.flush(n, b.Size, &retries):]
		if retries < 0 {
			k.drop(len(rest), b.Size)
			return
		}
	}
}

// plan spells the front of rest as messages and returns how many.
func (k *kernelSocket) plan(rest []byte, b machine.Burst) (n int) {
	train := b.Size
	if k.gso.Load() {
		train *= min(maxSegments, maxTrainSize/b.Size)
	}
	plain := k.classControl(b)
	segmented := appendControl(plain, unix.IPPROTO_UDP, unix.UDP_SEGMENT,
		binary.NativeEndian.AppendUint16(make([]byte, 0, 2), uint16(b.Size)))
	for ; n < len(k.messages) && len(rest) > 0; n++ {
		size := min(train, len(rest))
		k.vectors[n].Base = &rest[0]
		k.vectors[n].SetLen(size)
		h := &k.messages[n].Hdr
		h.Namelen = k.nameSize
		if size > b.Size {
			setControl(h, segmented)
		} else {
			setControl(h, plain)
		}
		rest = rest[size:]
	}
	return n
}

// classControl returns the control message of the traffic class, nothing for class zero.
func (k *kernelSocket) classControl(b machine.Burst) []byte {
	empty := k.control[:0]
	class := b.DSCP<<2 | k.mark
	if class == 0 {
		return empty
	}
	value := binary.NativeEndian.AppendUint32(make([]byte, 0, 4), uint32(class))
	if k.v6 && !b.To.Addr().Unmap().Is4() {
		return appendControl(empty, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, value)
	}
	return appendControl(empty, unix.IPPROTO_IP, unix.IP_TOS, value)
}

func setControl(h *unix.Msghdr, b []byte) {
	h.Control = nil
	if len(b) > 0 {
		h.Control = &b[0]
	}
	h.SetControllen(len(b))
}

// flush sends the first n messages and returns how many bytes of the burst are settled, sent or dropped. Fewer than
// planned: plan again. Retries below zero: the send buffer is full, give the rest up.
func (k *kernelSocket) flush(n, size int, retries *int) (settled int) {
	for i := 0; i < n; {
		limit := n
		if !k.batch {
			limit = i + 1
		}
		k.count.sendCalls.Add(1)
		sent, errno := k.call(k.fd, k.messages[i:limit])
		for j := i; errno == 0 && j < i+sent; j++ {
			bytes := int(k.vectors[j].Len)
			k.count.sent(segments(bytes, size), bytes)
			settled += bytes
		}
		if errno == 0 && sent > 0 {
			i += sent
			continue
		}
		bytes := int(k.vectors[i].Len)
		switch k.verdict(errno, bytes > size, retries) {
		case again:
		case replan:
			return settled
		case giveUp:
			*retries = -1
			return settled
		case skip:
			k.drop(bytes, size)
			settled += bytes
			i++
		}
	}
	return settled
}

// reaction is what to do about a message the system refused.
type reaction uint8

const (
	again  reaction = iota // the same message once more
	replan                 // the rest without segmentation offload
	skip                   // the next message
	giveUp                 // nothing more of this burst
)

// verdict decides on a message that failed with errno.
func (k *kernelSocket) verdict(errno unix.Errno, segmented bool, retries *int) reaction {
	switch errno {
	case unix.EIO, unix.EINVAL:
		// No checksum offload on the path, or a segment above its MTU: known to stay so for the socket.
		if segmented {
			k.gso.Store(false)
			return replan
		}
		return skip
	case 0, unix.EAGAIN, unix.ENOBUFS, unix.ENOMEM:
		return giveUp
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH:
		// Either an ICMP error of an earlier datagram, now cleared, or this one has no route: one more try tells.
		k.count.refused.Add(1)
	case unix.EINTR:
	default:
		return skip
	}
	if *retries == 0 {
		return skip
	}
	*retries--
	return again
}

func (k *kernelSocket) drop(bytes, size int) { k.count.sendDrops.Add(uint64(segments(bytes, size))) }

// segments returns how many datagrams of size make up a train of so many bytes.
func segments(bytes, size int) int { return (bytes + size - 1) / size }
