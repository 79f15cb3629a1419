package units

import (
	"math"
	"testing"
	"time"
)

func TestMono(t *testing.T) {
	const m = Mono(1_000_000)
	if got := m.Add(time.Millisecond); got != 2_000_000 {
		t.Errorf("Add(1ms) = %d", got)
	}
	if got := m.Add(-2 * time.Millisecond); got != -1_000_000 {
		t.Errorf("Add(-2ms) = %d", got)
	}
	if got := m.Sub(3_000_000); got != -2*time.Millisecond {
		t.Errorf("Sub = %v, want -2ms", got)
	}
}

// Nothing postpones or advances what never happens.
func TestNeverStaysNever(t *testing.T) {
	for _, d := range []time.Duration{0, 1, -1, time.Hour, -time.Hour, math.MaxInt64} {
		if got := Never.Add(d); got != Never {
			t.Errorf("Never.Add(%v) = %d", d, got)
		}
	}
	if Mono(math.MaxInt64-1) >= Never {
		t.Error("an instant is not before Never")
	}
}

func TestPeerMono(t *testing.T) {
	const p = PeerMono(-5_000_000)
	if got := p.Add(7 * time.Millisecond); got != 2_000_000 {
		t.Errorf("Add(7ms) = %d", got)
	}
	if got := p.Sub(-6_000_000); got != time.Millisecond {
		t.Errorf("Sub = %v, want 1ms", got)
	}
}
