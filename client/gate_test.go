package client

import (
	"errors"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// refreshes lets time pass and returns when the core asked for an IDR, relative to now, and the frame it named last.
func (r *rig) refreshes(d time.Duration) (at []time.Duration, after units.FrameID) {
	start := r.now
	for r.now < start.Add(d) {
		r.pass(time.Millisecond)
		for _, m := range r.heard() {
			if m.Kind == wire.MessageRefresh {
				at, after = append(at, r.now.Sub(start)), m.After
			}
		}
	}
	return at, after
}

func TestBrokenChainAsksOnceThenBacksOff(t *testing.T) {
	r := streamingRig(t, Config{Patience: time.Minute})
	r.frame(1, 0, info(0))
	r.frame(2, 1, info(0))
	r.decoded(1)
	r.decoded(2)
	r.frame(4, 1, info(0)) // nothing of 3 ever comes
	r.frame(5, 1, info(0))
	got, after := r.refreshes(4 * time.Second)
	// At once when the path's reordering is over, then after 100, 200, 400, 800 ms, and every second.
	want := []time.Duration{3, 103, 303, 703, 1503, 2503, 3503}
	for i := range want {
		want[i] *= time.Millisecond
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("asked for an IDR at (-want +got):\n%s", diff)
	}
	if after != 5 || r.core.stats.Refreshes != uint64(len(want)) {
		t.Errorf("asked for an IDR after frame %d, %d times by the count, want after 5", after, r.core.stats.Refreshes)
	}
	if n := len(r.decodes); n != 2 {
		t.Errorf("%d frames went to the decoder, want those before the gap only", n)
	}

	r.frame(6, 0, info(0))
	if n := len(r.decodes); n != 3 || r.decodes[2].Frame != 6 || !r.decodes[2].IDR {
		t.Fatalf("an IDR did not go to the decoder: %+v", r.decodes)
	}
	if got, _ := r.refreshes(3 * time.Second); len(got) != 0 {
		t.Errorf("an IDR came, and another was asked for at %v", got)
	}
	// The next break begins with the first step of the back-off again.
	r.decoded(6)
	r.frame(8, 1, info(0))
	if got, _ := r.refreshes(150 * time.Millisecond); len(got) != 2 {
		t.Errorf("the next break asks at %v, want after 3 and 103 ms", got)
	}
}

func TestGapInFrameAsksForIDR(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	d := r.cut(2, 1, info(0), 1500)
	r.arrive(d[0])
	r.arrive(d[len(d)-1])
	got, after := r.refreshes(20 * time.Millisecond)
	if len(got) != 1 || after != 2 || r.core.stats.Holes == 0 {
		t.Errorf("asked at %v after frame %d, %d holes; want once, after frame 2", got, after, r.core.stats.Holes)
	}
	// A straggler completes the frame: it can be decoded without waiting for the IDR.
	for _, d := range d[1 : len(d)-1] {
		r.arrive(d)
	}
	if n := len(r.decodes); n != 2 {
		t.Errorf("%d frames decoded, want the mended one too", n)
	}
}

func TestReorderedFramesAskForNothing(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	first, second := r.cut(2, 1, info(0), 1000), r.cut(3, 1, info(0), 1000)
	for _, d := range append(second, first...) {
		r.arrive(d)
		r.pass(200 * time.Microsecond)
	}
	r.decoded(1)
	got, _ := r.refreshes(100 * time.Millisecond)
	if len(got) != 0 || len(r.decodes) != 3 || r.decodes[1].Frame != 2 {
		t.Errorf("overtaken within the reorder window: asked at %v, decoded %+v", got, r.decodes)
	}
}

func TestGateOpensForDecodedReferencesOnly(t *testing.T) {
	for name, c := range map[string]struct {
		id   units.FrameID
		ref  uint8
		want bool
	}{
		"an IDR":                               {500, 0, true},
		"a reference that passed":              {403, 3, true},
		"the furthest reference":               {655, 255, true},
		"a frame that never came":              {403, 2, false},
		"a frame that failed":                  {402, 1, false},
		"another frame at its place":           {145, 1, false},
		"a frame before the first":             {3, 5, false},
		"no frame":                             {5, 5, false},
		"the frame before the first, wrapping": {1, 255, false},
	} {
		g := gate{}
		g.pass(400, 0)
		g.pass(401, 1)
		g.fail(401)
		g.fail(7) // of which nobody has heard
		if got := g.open(c.id, c.ref); got != c.want {
			t.Errorf("%s: open(%d, %d) = %t, want %t", name, c.id, c.ref, got, c.want)
		}
	}
}

// Nothing that builds on a failed frame may be shown, even where the decoder hides the damage. On the commit that
// introduced the gate a frame submitted between the failure and the answer for the frame after it was shown broken.
func TestNothingBuiltOnAFailedFrameIsShown(t *testing.T) {
	r := streamingRig(t, Config{Decoding: 2})
	for id := units.FrameID(1); id <= 4; id++ {
		ref := uint8(1)
		if id == 1 {
			ref = 0
		}
		r.frame(id, ref, info(0))
	}
	r.decoded(1) // makes room for 3
	r.handle(&DecodeFailed{Frame: 2, Err: errors.New("injected")})
	r.decoded(3)
	r.pass(5 * time.Millisecond)
	r.frame(5, 0, info(0))
	var asked []units.FrameID
	for _, d := range r.decodes {
		asked = append(asked, d.Frame)
	}
	if diff := cmp.Diff([]units.FrameID{1, 2, 3, 5}, asked); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	r.decoded(5)
	if got := r.core.presenter.Waiting(); got != 2 {
		t.Errorf("%d frames wait for their slots, want 1 and 5", got)
	}
	if got := r.core.stats.Outcomes[wire.Lost]; got != 3 {
		t.Errorf("%d frames lost, want 2, 3 and 4", got)
	}
}

// After an outage of an hour nobody wants to hear of every frame.
func TestLongOutageIsReportedInPart(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	r.decoded(1)
	r.frame(1+60_000, 0, info(0))
	if got := r.core.stats.Outcomes[wire.Lost]; got != reportMemory/2 {
		t.Errorf("%d frames reported lost, want the newest %d", got, reportMemory/2)
	}
	if last := r.core.reports.unacked[len(r.core.reports.unacked)-1].Frame; last != 60_000 {
		t.Errorf("the last frame reported is %d, want the one before the IDR", last)
	}
}

func TestFrameWithoutPrefixIsCounted(t *testing.T) {
	r := streamingRig(t, Config{})
	for _, d := range r.shards(1, 0, make([]byte, wire.FrameInfoSize)) { // no access unit behind it
		r.arrive(d)
	}
	if len(r.decodes) != 0 || r.core.stats.Refused.Malformed != 1 {
		t.Errorf("decoded %+v, %d malformed; want none and 1", r.decodes, r.core.stats.Refused.Malformed)
	}
	if got, _ := r.refreshes(10 * time.Millisecond); len(got) != 1 {
		t.Errorf("asked for an IDR %d times, want once", len(got))
	}
}
