package decoder

import (
	"testing"

	"airbridge/client"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// A session of the real core: every frame is decoded once, shown once, and every picture given back.
func TestCoreAndDecoderGetAlong(t *testing.T) {
	chain := func(id units.FrameID) (units.FrameID, bool) { return id - 1, true }
	h := newHeadset(t, Config{Latency: PC(), Verify: true, Reference: chain})
	h.pass(50 * ms)
	const frames = 300
	for id := units.FrameID(1); id <= frames; id++ {
		h.frame(id, ref(id), 20_000, nil)
		h.pass(period)
	}
	h.pass(100 * ms)
	s := h.decoder.Statistics()
	want := Statistics{Decoded: frames, LentMost: s.LentMost, Lent: s.Lent}
	if s != want {
		t.Errorf("decoder: %+v, want %+v", s, want)
	}
	if s.Lent < 1 || s.LentMost > 6 {
		t.Errorf("%d pictures are lent and %d were at most, want the one on the display and few more", s.Lent, s.LentMost)
	}
	if d := h.display.Statistics(); d.Fresh < frames-1 || d.Stale != 0 || d.Reordered != 0 {
		t.Errorf("display: %+v", d)
	}
	if o := h.core.Statistics().Outcomes; o[wire.Displayed]+o[wire.Late]+o[wire.Replaced] < frames-1 || o[wire.Lost] != 0 {
		t.Errorf("outcomes %v", o)
	}
	h.host.Handle(h.now, &client.Stop{Reason: "done"}, h)
	h.pass(2000 * ms)
	if left := h.decoder.Leaked(); !h.ended || len(left) != 0 {
		t.Errorf("ended: %t; leaked: %v", h.ended, left)
	}
}

// A unit with a wrong byte does not become a picture, and nothing that builds on it is shown: the core waits for an IDR.
func TestCoreHearsOfWrongUnits(t *testing.T) {
	h := newHeadset(t, Config{Latency: PC(), Verify: true})
	h.pass(50 * ms)
	for id := units.FrameID(1); id <= 40; id++ {
		r := ref(id)
		if id == 20 {
			r = 0
		}
		h.frame(id, r, 20_000, func(unit []byte) {
			if id == 10 {
				unit[15_000] ^= 4
			}
		})
		h.pass(period)
	}
	h.pass(100 * ms)
	s := h.decoder.Statistics()
	if s.Corrupt != 1 || s.Orphans != 0 || s.Reordered != 0 {
		t.Errorf("decoder: %+v, want one corrupt unit and none that builds on it", s)
	}
	if s.Decoded != 9+21 {
		t.Errorf("%d frames were decoded, want 1 to 9 and 20 to 40", s.Decoded)
	}
	if n := h.core.Statistics().DecodeFailures; n != 1 {
		t.Errorf("the core counts %d failures, want 1", n)
	}
}

// The very same session twice is the same to the nanosecond.
func TestSessionsRepeat(t *testing.T) {
	run := func() (instants []units.Mono) {
		h := newHeadset(t, Config{Latency: Headset(), Seed: 5})
		h.pass(50 * ms)
		for id := units.FrameID(1); id <= 50; id++ {
			h.frame(id, ref(id), 20_000, nil)
			for range 20 {
				h.pass(period / 20)
				instants = append(instants, h.decoder.Next())
			}
		}
		return instants
	}
	a, b := run(), run()
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("step %d: decoder is done at %d, and at %d in the second run", i, a[i], b[i])
		}
	}
}

// ref is the distance to the frame before, none for the first.
func ref(id units.FrameID) uint8 {
	if id == 1 {
		return 0
	}
	return 1
}
