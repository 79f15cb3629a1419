package relay

import (
	"testing"
	"time"

	"airbridge/netem"
)

// Waits that would make the runtime poll are cut short.
func TestBrief(t *testing.T) {
	for in, want := range map[int64]int64{-5: 0, 0: 0, 1e6: 1e6, 8e6: 8e6, 9e6: 8e6, 99e6: 8e6, 100e6: 100e6, 1e12: 1e12} {
		if got := brief(time.Duration(in)); got != time.Duration(want) {
			t.Errorf("brief(%v) = %v, want %v", time.Duration(in), got, time.Duration(want))
		}
	}
}

// A loop that never waits gives the processor away every now and then, and one that waits does not.
func TestBusyLoopRests(t *testing.T) {
	k := &kernelPump{relay: &relay{start: time.Now().Add(-time.Hour)}}
	k.since = k.now() - netem.True(maxBusy) - 1
	before := k.now()
	k.breathe()
	if rested := k.now().Sub(before); rested < rest || k.since < before {
		t.Errorf("rested for %v after %v of work, want %v", rested, maxBusy, rest)
	}
	k.since = k.now()
	since := k.since
	if k.breathe(); k.since != since {
		t.Error("rested although it has just waited")
	}
}
