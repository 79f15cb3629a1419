package pcap

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"airbridge/netem"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"pgregory.net/rapid"
)

// What a library makes of the same packet is the same packet, to the byte.
func TestHeadersAgreeWithGopacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := netem.Packet{
			ID: rapid.Uint32().Draw(t, "id"), DSCP: rapid.Uint8Range(0, 63).Draw(t, "dscp"), ECN: rapid.Uint8Range(0, 3).Draw(t, "ecn"),
		}
		data := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data")
		p.Size = int32(netem.Overhead + len(data))
		from, to := address(t, "from"), address(t, "to")
		got, length := appendHeaders(nil, p, from, to, data)
		want := reference(t, p, from, to, data)
		if length != len(want) {
			t.Fatalf("length %d, want %d", length, len(want))
		}
		if diff := cmp.Diff(want, append(got, data...)); diff != "" {
			t.Fatalf("%v to %v (-want +got):\n%s", from, to, diff)
		}
	})
}

func address(t *rapid.T, name string) netip.AddrPort {
	port := rapid.Uint16().Draw(t, name+" port")
	if name == "from" || name == "to" {
		b := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, name)
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), port)
	}
	b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name)
	b[0] = 0x20 // never a mapped IPv4 address
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b)), port)
}

func TestHeadersOfIPv6AgreeWithGopacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := netem.Packet{DSCP: rapid.Uint8Range(0, 63).Draw(t, "dscp"), ECN: rapid.Uint8Range(0, 3).Draw(t, "ecn")}
		data := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data")
		p.Size = int32(netem.Overhead + len(data))
		from, to := address(t, "from6"), address(t, "to6")
		got, _ := appendHeaders(nil, p, from, to, data)
		if diff := cmp.Diff(reference(t, p, from, to, data), append(got, data...)); diff != "" {
			t.Fatalf("%v to %v (-want +got):\n%s", from, to, diff)
		}
	})
}

// reference builds the packet with gopacket.
func reference(t *rapid.T, p netem.Packet, from, to netip.AddrPort, data []byte) []byte {
	udp := &layers.UDP{SrcPort: layers.UDPPort(from.Port()), DstPort: layers.UDPPort(to.Port())}
	var ip interface {
		gopacket.SerializableLayer
		gopacket.NetworkLayer
	}
	if from.Addr().Is4() {
		ip = &layers.IPv4{
			Version: 4, TOS: p.DSCP<<2 | p.ECN, Id: uint16(p.ID), Flags: layers.IPv4DontFragment, TTL: 64, Protocol: layers.IPProtocolUDP,
			SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice(),
		}
	} else {
		ip = &layers.IPv6{
			Version: 6, TrafficClass: p.DSCP<<2 | p.ECN, HopLimit: 64, NextHeader: layers.IPProtocolUDP,
			SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice(),
		}
	}
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	b := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, options, ip, udp, gopacket.Payload(data)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An elided payload counts as zeros: the checksum is that of the datagram with zeros in its place.
func TestChecksumOfAnElidedPayload(t *testing.T) {
	data := []byte("header")
	whole := append([]byte("header"), make([]byte, 94)...)
	p := netem.Packet{Size: netem.Overhead + 100}
	short, _ := appendHeaders(nil, p, streamer, headset, data)
	long, _ := appendHeaders(nil, p, streamer, headset, whole)
	if diff := cmp.Diff(long, short); diff != "" {
		t.Errorf("headers differ (-whole +elided):\n%s", diff)
	}
}

// A checksum of zero would say that there is none (RFC 768).
func TestChecksumIsNeverZero(t *testing.T) {
	p := netem.Packet{Size: netem.Overhead + 2}
	b, _ := appendHeaders(nil, p, streamer, headset, []byte{0, 0})
	check := binary.BigEndian.Uint16(b[26:])
	b, _ = appendHeaders(nil, p, streamer, headset, binary.BigEndian.AppendUint16(nil, check))
	if got := binary.BigEndian.Uint16(b[26:]); got != 0xffff {
		t.Errorf("a datagram whose sum is zero has checksum %#x, want 0xffff", got)
	}
}

// A mapped IPv4 address is IPv4: sockets of both families spell it so.
func TestMappedAddressIsIPv4(t *testing.T) {
	mapped := netip.MustParseAddrPort("[::ffff:192.168.1.20]:9944")
	got, _ := appendHeaders(nil, netem.Packet{Size: 30}, mapped, headset, nil)
	want, _ := appendHeaders(nil, netem.Packet{Size: 30}, streamer, headset, nil)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers differ (-plain +mapped):\n%s", diff)
	}
}

// No model makes the header's length fields lie about a packet of its own.
func TestLengthBeyondTheField(t *testing.T) {
	b, length := appendHeaders(nil, netem.Packet{Size: 100_000}, streamer, headset, nil)
	if total := binary.BigEndian.Uint16(b[2:]); total != 65535 || length != 100_000 {
		t.Errorf("field %d, length %d; want 65535, 100000", total, length)
	}
}
