package transport

import (
	"bytes"
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

func word(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }

func stampBytes(sec, nsec int64) []byte {
	return binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(nil, uint64(sec)), uint64(nsec))
}

// message is one control message of a test.
type message struct {
	level, kind int32
	data        []byte
}

func join(list ...message) []byte {
	b := make([]byte, 0, 512)
	for _, m := range list {
		b = appendControl(b, m.level, m.kind, m.data)
	}
	return b
}

func TestParseControl(t *testing.T) {
	stranger := message{unix.SOL_SOCKET, 99, []byte("hello")}
	gro := message{unix.IPPROTO_UDP, unix.UDP_GRO, word(1400)}
	for _, c := range []struct {
		name string
		in   []byte
		want control
	}{
		{"nothing", nil, control{}},
		{"all, a stranger between", join(
			message{unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS, stampBytes(2, 5)}, stranger,
			message{unix.IPPROTO_IP, unix.IP_TOS, []byte{0xb9}}, gro,
			message{unix.SOL_SOCKET, unix.SO_RXQ_OVFL, word(7)},
		), control{wall: 2e9 + 5, tos: 0xb9, segment: 1400, overflow: 7}},
		{"IPv6 class", join(message{unix.IPPROTO_IPV6, unix.IPV6_TCLASS, word(3)}), control{tos: 3}},
		{"short values", join(message{unix.IPPROTO_UDP, unix.UDP_GRO, []byte{1, 2}},
			message{unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS, word(1)}), control{}},
		{"cut in the second", join(stranger, gro)[:unix.CmsgSpace(5)+10], control{}},
		{"last one without padding", join(stranger, gro)[:unix.CmsgSpace(5)+unix.CmsgLen(4)], control{segment: 1400}},
		{"length beyond the end", append(word(1000), make([]byte, 28)...), control{}},
		{"length zero", make([]byte, 64), control{}},
	} {
		if got := parseControl(c.in); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// FuzzParseControl proves that no control data makes the walk read outside of it or run for ever, and that the walk
// depends on nothing behind the data.
func FuzzParseControl(f *testing.F) {
	f.Add(join(message{unix.IPPROTO_UDP, unix.UDP_GRO, word(1400)}))
	f.Add(make([]byte, 40))
	f.Fuzz(func(t *testing.T, in []byte) {
		got := parseControl(bytes.Clone(in))
		longer := append(bytes.Clone(in), 0xff, 0xff, 0xff)
		if again := parseControl(longer[:len(in):len(in)]); again != got {
			t.Errorf("%+v, then %+v from the same bytes", got, again)
		}
		if c := got; c.segment < 0 && c.coalesced(1400) {
			t.Errorf("segment size %d was believed", c.segment)
		}
	})
}
