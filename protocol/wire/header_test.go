package wire

import (
	"bytes"
	"math"
	"testing"
)

var headerSample = Header{Kind: KindShard, Session: 0xdecafbad, Number: 0x0102030405060708}

var headerTwin = twin[Header]{
	parse: func(b []byte) (Header, error) {
		h, _, err := ParseHeader(b)
		return h, err
	},
	append: Header.Append, size: HeaderSize, open: true,
}

func TestHeader(t *testing.T) {
	headerTwin.roundTrips(t, headerSample, Header{Kind: KindPong, Number: math.MaxUint64, Session: math.MaxUint32}, Header{Kind: KindHello})
	headerTwin.refusesLengths(t, headerSample)
	headerTwin.refusesFields(t, headerSample,
		patch{"version of the past", 0, []byte{0}, ErrVersion},
		patch{"version of the future", 0, []byte{Version + 1}, ErrVersion},
		patch{"no kind", 1, []byte{0}, ErrKind},
		patch{"unknown kind", 1, []byte{byte(kindEnd)}, ErrKind},
		patch{"first reserved byte", 2, []byte{1}, nil},
		patch{"second reserved byte", 3, []byte{1}, nil},
	)
}

func TestParseHeaderReturnsTheBody(t *testing.T) {
	b := append(headerSample.Append(nil), "body"...)
	_, body, err := ParseHeader(b)
	if err != nil || string(body) != "body" {
		t.Errorf("ParseHeader = body %q, %v, want the bytes behind the header", body, err)
	}
}

func TestStampNumberChangesTheNumberOnly(t *testing.T) {
	want := append(headerSample.Append(nil), "body"...)
	unnumbered := headerSample
	unnumbered.Number = 0
	got := append(unnumbered.Append(nil), "body"...)
	StampNumber(got, headerSample.Number)
	if !bytes.Equal(got, want) {
		t.Errorf("stamped datagram = %x, want %x", got, want)
	}
}

func TestEveryKindHasANameAndAClass(t *testing.T) {
	seen := map[string]bool{}
	for k := KindShard; k < kindEnd; k++ {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d is named %q, want a name of its own", k, name)
		}
		seen[k.String()] = true
		if d := k.DSCP(); d == 0 || d > 63 {
			t.Errorf("%v has code point %d, want 1 to 63", k, d)
		}
	}
	if got := kindEnd.String(); got != "kind 9" {
		t.Errorf("String of an unknown kind = %q, want kind 9", got)
	}
}
