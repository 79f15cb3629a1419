package pcap

import (
	"encoding/binary"
	"net/netip"

	"airbridge/netem"
)

// Lengths of headers in bytes (RFC 791, RFC 8200, RFC 768).
const (
	ipv4Header = 20
	ipv6Header = 40
	udpHeader  = 8
)

const (
	protocolUDP  = 17
	hopLimit     = 64     // the default of RFC 1700
	dontFragment = 0x4000 // a packet of the model is never fragmented
)

// appendHeaders appends the IP and UDP header of p and returns the length of the whole packet, payload included. The
// family is that of the addresses.
func appendHeaders(b []byte, p netem.Packet, from, to netip.AddrPort, data []byte) (headers []byte, length int) {
	source, target := from.Addr().Unmap(), to.Addr().Unmap()
	payload := max(int(p.Size)-netem.Overhead, len(data))
	class := p.DSCP<<2 | p.ECN&3
	var pseudo sum // the pseudo header of the UDP checksum
	if source.Is4() && target.Is4() {
		b, pseudo = appendIPv4(b, source.As4(), target.As4(), class, uint16(p.ID), udpHeader+payload)
		length = ipv4Header
	} else {
		b, pseudo = appendIPv6(b, source.As16(), target.As16(), class, udpHeader+payload)
		length = ipv6Header
	}
	udp := len(b)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint16(b, field(udpHeader+payload))
	check := pseudo.add(b[udp:]).add(data).fold()
	if check == 0 {
		check = 0xffff // zero says that there is none (RFC 768)
	}
	b = binary.BigEndian.AppendUint16(b, check)
	return b, length + udpHeader + payload
}

func appendIPv4(b []byte, from, to [4]byte, class uint8, id uint16, length int) ([]byte, sum) {
	start := len(b)
	b = append(b, 4<<4|ipv4Header/4, class)
	b = binary.BigEndian.AppendUint16(b, field(ipv4Header+length))
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, dontFragment)
	b = append(b, hopLimit, protocolUDP, 0, 0)
	b = append(append(b, from[:]...), to[:]...)
	binary.BigEndian.PutUint16(b[start+10:], sum(0).add(b[start:]).fold())
	return b, pseudo(from[:], to[:], length)
}

func appendIPv6(b []byte, from, to [16]byte, class uint8, length int) ([]byte, sum) {
	b = append(b, 6<<4|class>>4, class<<4, 0, 0)
	b = binary.BigEndian.AppendUint16(b, field(length))
	b = append(b, protocolUDP, hopLimit)
	b = append(append(b, from[:]...), to[:]...)
	return b, pseudo(from[:], to[:], length)
}

// pseudo is what both pseudo headers add up to (RFC 768, RFC 8200 §8.1).
func pseudo(from, to []byte, length int) sum {
	return sum(protocolUDP + length).add(from).add(to)
}

// field is a length as a header spells it. A length beyond it is no packet of UDP, but a model may ask for one.
func field(length int) uint16 { return uint16(min(length, 1<<16-1)) }

// sum is the Internet checksum while it is added up (RFC 1071). Only the last part may be of odd length.
type sum uint64

func (s sum) add(b []byte) sum {
	for ; len(b) >= 4; b = b[4:] {
		s += sum(binary.BigEndian.Uint32(b))
	}
	if len(b) >= 2 {
		s += sum(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += sum(b[0]) << 8
	}
	return s
}

func (s sum) fold() uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}
