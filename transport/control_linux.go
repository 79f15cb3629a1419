package transport

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// controlSize is the room for the control messages of one received message: stamp, traffic class twice (IPv4 and
// IPv6), segment size and overflow count take 128 bytes at most.
const controlSize = 192

// control is what the control messages of one received message say.
type control struct {
	wall     int64  // receive stamp in ns since 1970, zero: none
	tos      uint8  // the traffic class byte: DSCP and ECN
	segment  int    // size of each coalesced datagram but the last, zero: one datagram
	overflow uint32 // datagrams lost for want of buffer since the socket was opened
}

// parseControl walks b. What it does not know or cannot hold is skipped; a malformed rest ends the walk.
func parseControl(b []byte) (c control) {
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(unsafe.SliceData(b)))
		size := uint64(h.Len)
		if size < uint64(unix.CmsgLen(0)) || size > uint64(len(b)) {
			return c
		}
		c.note(h.Level, h.Type, b[unix.CmsgLen(0):size])
		b = b[min(unix.CmsgSpace(int(size)-unix.CmsgLen(0)), len(b)):]
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
	case level == unix.IPPROTO_UDP && kind == unix.UDP_GRO && len(data) >= 4:
		c.segment = int(int32(binary.NativeEndian.Uint32(data)))
	case level == unix.SOL_SOCKET && kind == unix.SO_RXQ_OVFL && len(data) >= 4:
		c.overflow = binary.NativeEndian.Uint32(data)
	}
}

// appendControl appends one control message to b, which must have the capacity for it.
func appendControl(b []byte, level, kind int32, data []byte) []byte {
	start := len(b)
	b = b[:start+unix.CmsgSpace(len(data))]
	clear(b[start:])
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[start]))
	h.Level, h.Type = level, kind
	h.SetLen(unix.CmsgLen(len(data)))
	copy(b[start+unix.CmsgLen(0):], data)
	return b
}
