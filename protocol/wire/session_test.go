package wire

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var helloSample = Hello{MinVersion: 1, MaxVersion: 3, Datagram: 1400, Period: 11_111_111, Nonce: 0x1122334455667788}

var helloTwin = twin[Hello]{parse: ParseHello, append: Hello.Append, size: HelloSize}

func TestHello(t *testing.T) {
	helloTwin.roundTrips(t, helloSample,
		Hello{MinVersion: 255, MaxVersion: 255, Datagram: MinDatagram, Period: time.Millisecond},
		Hello{MinVersion: 1, MaxVersion: 1, Datagram: MaxDatagram, Period: time.Second, Nonce: math.MaxUint64},
	)
	helloTwin.refusesLengths(t, helloSample)
	helloTwin.refusesFields(t, helloSample,
		patch{"version zero", 0, []byte{0}, nil},
		patch{"versions backwards", 0, []byte{4}, nil},
		patch{"datagram too short", 2, []byte{0x01, 0xff}, nil},
		patch{"datagram too long", 2, []byte{0x22, 0xf9}, nil},
		patch{"no period", 4, zero4, nil},
		patch{"period beyond a second", 4, []byte{0x3b, 0x9a, 0xca, 0x01}, nil},
	)
}

func TestHelloPaddingIsIgnored(t *testing.T) {
	b := helloSample.Append(nil)
	b[HelloSize-1] = 0xff
	got, err := ParseHello(b)
	if diff := cmp.Diff(helloSample, got); err != nil || diff != "" {
		t.Errorf("ParseHello of a later version's Hello = %v (-want +got):\n%s", err, diff)
	}
}

func TestNoWelcomeIsLongerThanItsHello(t *testing.T) {
	if WelcomeSize > HelloSize {
		t.Errorf("a Welcome has %d bytes, a Hello %d: a forged Hello would be amplified", WelcomeSize, HelloSize)
	}
}

var welcomeSample = Welcome{
	Verdict: Accepted, Version: 1, Codec: CodecH264, Slices: 4, Session: 99, Nonce: 0x1122334455667788,
	Width: 2304, Height: 960, Period: 13_888_888, Datagram: 1400, MaxFrame: 1 << 20,
}

var welcomeTwin = twin[Welcome]{parse: ParseWelcome, append: Welcome.Append, size: WelcomeSize}

func TestWelcome(t *testing.T) {
	welcomeTwin.roundTrips(t, welcomeSample,
		Welcome{Verdict: RefusedVersion, Version: 1, Nonce: 7},
		Welcome{Verdict: RefusedBusy, Version: 1},
	)
	welcomeTwin.refusesLengths(t, welcomeSample)
	welcomeTwin.refusesFields(t, welcomeSample,
		patch{"no verdict", 0, []byte{0}, nil},
		patch{"unknown verdict", 0, []byte{byte(verdictEnd)}, nil},
		patch{"no version", 1, []byte{0}, nil},
		patch{"unknown codec", 2, []byte{9}, nil},
		patch{"no slices", 3, []byte{0}, nil},
		patch{"too many slices", 3, []byte{MaxSlices + 1}, nil},
		patch{"no session", 4, zero4, nil},
		patch{"odd width", 17, []byte{1}, nil},
		patch{"no height", 18, []byte{0, 0}, nil},
		patch{"no period", 20, zero4, nil},
		patch{"datagram too short", 24, []byte{0, 36}, nil},
		patch{"datagram too long", 24, []byte{0xff, 0xff}, nil},
		patch{"first reserved field", 27, []byte{1}, nil},
		patch{"frames too short", 28, []byte{0, 0, 0, FrameInfoSize}, nil},
		patch{"frames too long", 28, []byte{0, 0x80, 0, 1}, nil},
		patch{"second reserved field", 32, []byte{1}, nil},
	)
}

// What a refusal says besides its verdict must not configure anybody.
func TestRefusalSaysNothingElse(t *testing.T) {
	refusal := welcomeSample
	refusal.Verdict = RefusedBusy
	got, err := ParseWelcome(refusal.Append(nil))
	want := Welcome{Verdict: RefusedBusy, Version: 1, Nonce: welcomeSample.Nonce}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ParseWelcome of a refusal = %v (-want +got):\n%s", err, diff)
	}
}

// The longest frame that a Welcome may promise has to have a place for its last shard.
func TestLongestFrameFitsTheBlocks(t *testing.T) {
	if room := MaxShards * (MinDatagram - ShardOverhead); room < MaxFrameLimit {
		t.Errorf("256 blocks hold %d bytes in the smallest datagrams, want at least %d", room, MaxFrameLimit)
	}
}

func TestVerdictsSayWhy(t *testing.T) {
	seen := map[string]bool{}
	for v := Accepted; v <= verdictEnd; v++ {
		if seen[v.String()] {
			t.Errorf("verdict %d says %q like another", v, v)
		}
		seen[v.String()] = true
	}
}
