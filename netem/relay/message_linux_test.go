package relay

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// message spells one control message as the kernel does.
func message(level, kind int32, data []byte) []byte {
	b := make([]byte, unix.CmsgSpace(len(data)))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = level, kind
	h.SetLen(unix.CmsgLen(len(data)))
	copy(b[unix.CmsgLen(0):], data)
	return b
}

// parse has an inbox read control messages.
func parse(b []byte) control {
	box := &inbox{}
	box.messages[0].Hdr.SetControllen(copy(box.controls[0][:], b))
	return box.control(0)
}

func TestControlMessages(t *testing.T) {
	word := binary.NativeEndian.AppendUint32(nil, 0xb9)
	stamp := unix.Timespec{Sec: 12, Nsec: 34}
	stampBytes := unsafe.Slice((*byte)(unsafe.Pointer(&stamp)), unsafe.Sizeof(stamp))
	for _, c := range []struct {
		name string
		in   [][]byte
		want control
	}{
		{"none", nil, control{}},
		{"IPv4 class", [][]byte{message(unix.IPPROTO_IP, unix.IP_TOS, []byte{0xb9})}, control{tos: 0xb9}},
		{"IPv6 class", [][]byte{message(unix.IPPROTO_IPV6, unix.IPV6_TCLASS, word)}, control{tos: 0xb9}},
		{"all", [][]byte{
			message(unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS, stampBytes),
			message(99, 99, []byte("unknown")),
			message(unix.SOL_SOCKET, unix.SO_RXQ_OVFL, word),
			message(unix.IPPROTO_IP, unix.IP_TOS, []byte{1}),
		}, control{wall: 12_000_000_034, overflow: 0xb9, tos: 1}},
		{"too short", [][]byte{message(unix.SOL_SOCKET, unix.SO_RXQ_OVFL, word[:3]), message(unix.IPPROTO_IP, unix.IP_TOS, nil)}, control{}},
	} {
		var b []byte
		for _, m := range c.in {
			b = append(b, m...)
		}
		if got := parse(b); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// No bytes from below make the walk read past them or go on for ever, and what is cut off says nothing it does not mean.
func FuzzControl(f *testing.F) {
	f.Add(message(unix.IPPROTO_IP, unix.IP_TOS, []byte{0xb9}))
	f.Add(message(unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS, make([]byte, 16)))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		b = b[:min(len(b), controlSize)]
		got := parse(b)
		if again := parse(append([]byte(nil), b...)); got != again {
			t.Errorf("read %+v, then %+v", got, again)
		}
		if len(b) < unix.SizeofCmsghdr && got != (control{}) {
			t.Errorf("%d bytes say %+v", len(b), got)
		}
	})
}

func TestGetAddress(t *testing.T) {
	four := unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: [4]byte{10, 0, 0, 7}}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&four.Port))[:], 50000)
	var name unix.RawSockaddrInet6
	*(*unix.RawSockaddrInet4)(unsafe.Pointer(&name)) = four
	if got := getAddress(&name); got != alice {
		t.Errorf("IPv4 reads as %v, want %v", got, alice)
	}
	for text, scope := range map[string]uint32{"[2001:db8::7]:50000": 0, "[fe80::7%3]:50000": 3} {
		want := netip.MustParseAddrPort(text)
		name = unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: want.Addr().As16(), Scope_id: scope}
		binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&name.Port))[:], 50000)
		if got := getAddress(&name); got != want {
			t.Errorf("read %v, want %v", got, want)
		}
	}
	name = unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: netip.MustParseAddr("::ffff:10.0.0.7").As16()}
	if got := getAddress(&name).Addr(); got != alice.Addr() {
		t.Errorf("a mapped address reads as %v, want %v", got, alice.Addr())
	}
	name.Family = unix.AF_UNIX
	if got := getAddress(&name); got.IsValid() {
		t.Errorf("an unknown family reads as %v", got)
	}
}

// The system's count of drops wraps around; the relay's goes on.
func TestDropsWrapAround(t *testing.T) {
	var e endpoint
	total := e.dropped(5) + e.dropped(1<<32-1) + e.dropped(4)
	if total != 1<<32+4 {
		t.Errorf("%d dropped, want %d", total, uint64(1<<32+4))
	}
}
