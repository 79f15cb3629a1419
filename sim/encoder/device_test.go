package encoder

import (
	"errors"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/streamer"
	"airbridge/units"
)

var _ host.Device = (*Encoder)(nil)

func TestAnEncoderObeysWhatItSays(t *testing.T) {
	e := New(simple())
	want := map[machine.Kind]bool{streamer.KindEncode: true, streamer.KindReconfigure: true}
	for _, k := range e.Kinds() {
		if !want[k] {
			t.Errorf("it claims kind %v", k)
		}
		delete(want, k)
	}
	if len(want) != 0 {
		t.Errorf("it does not claim %v", want)
	}
	if in := e.Take(5 * ms); in != nil || e.Next() != units.Never {
		t.Errorf("before any request it has %v to tell at %d", in, e.Next())
	}
}

// Each frame too many is refused by itself, and at once; the ones that wait are encoded as if nothing had been.
func TestEveryFrameTooManyIsRefused(t *testing.T) {
	cfg := simple()
	cfg.Slices, cfg.Waiting = 1, 1
	e := New(cfg)
	for f := range units.FrameID(5) {
		e.Do(2*ms, &streamer.Encode{Frame: f + 1})
	}
	if e.Next() != 2*ms {
		t.Errorf("refusals are told at %d, want at once", e.Next())
	}
	var refused []units.FrameID
	for in := e.Take(2 * ms); in != nil; in = e.Take(2 * ms) {
		f, ok := in.(*streamer.EncoderFailed)
		if !ok || !errors.Is(f.Err, ErrBusy) {
			t.Fatalf("told %+v, want a refusal", in)
		}
		refused = append(refused, f.Frame)
	}
	if len(refused) != 3 || refused[0] != 3 || refused[2] != 5 {
		t.Errorf("frames %v were refused, want 3, 4 and 5", refused)
	}
	check(t, "the others", []string{
		"6.0 frame 1 slice 0 last true idr true 5000 bytes", "10.0 frame 2 slice 0 last true idr false 5000 bytes",
	}, play(e, 100*ms))
	e.Do(100*ms, &streamer.Encode{Frame: 6})
	check(t, "after it caught up", []string{"104.0 frame 6 slice 0 last true idr false 5000 bytes"}, play(e, 200*ms))
}

// The last slice carries the quantiser, the others cannot know it.
func TestTheLastSliceTellsTheQuantiser(t *testing.T) {
	e := New(Config{Seed: 1})
	for f := range units.FrameID(20) {
		now := units.Mono(f) * 40 * ms
		e.Do(now, &streamer.Encode{Frame: f + 1})
		for e.Next() < units.Never {
			s := e.Take(e.Next()).(*streamer.SliceEncoded)
			if (s.QP > 0) != s.Last {
				t.Fatalf("frame %d slice %d: quantiser %v, last %t", s.Frame, s.Slice, s.QP, s.Last)
			}
		}
	}
}

// However it is asked, slices come in order, every frame ends once, and time does not run backwards.
func TestEveryFrameHasOneEnd(t *testing.T) {
	for _, oneByOne := range []bool{false, true} {
		e := New(Config{Seed: 9, OneByOne: oneByOne, Slices: 3, Fail: func(f units.FrameID) error {
			if f%17 == 0 {
				return errors.New("injected")
			}
			return nil
		}})
		ends := map[units.FrameID]int{}
		next := 0
		last := units.Mono(0)
		drain := func(until units.Mono) {
			for e.Next() <= until {
				at := max(e.Next(), last)
				last = at
				for in := e.Take(at); in != nil; in = e.Take(at) {
					switch in := in.(type) {
					case *streamer.SliceEncoded:
						if in.Slice != next {
							t.Fatalf("frame %d: slice %d, want %d", in.Frame, in.Slice, next)
						}
						next = (next + 1) % 3
						if in.Last {
							ends[in.Frame]++
						}
					case *streamer.EncoderFailed:
						ends[in.Frame]++
					}
				}
			}
		}
		const frames = 2000
		for f := range units.FrameID(frames) {
			now := units.Mono(f) * 4 * ms // faster than it encodes
			drain(now)
			if f%100 == 50 {
				e.Do(now, &streamer.Reconfigure{Bitrate: units.Bitrate(5+f%7*10) * units.Mbps})
			}
			e.Do(now, &streamer.Encode{Frame: f + 1, IDR: f%31 == 0})
		}
		drain(units.Mono(time.Hour))
		for f := range units.FrameID(frames) {
			if ends[f+1] != 1 {
				t.Fatalf("one by one %t: frame %d ended %d times", oneByOne, f+1, ends[f+1])
			}
		}
	}
}

func TestAnEncoderOfABrokenConfigurationIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New of 17 slices does not panic")
		}
	}()
	New(Config{Slices: 17})
}

// The most that it can be set to is the larger of what it begins with and 400 Mbps.
func TestTheHighestRate(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		rate units.Bitrate
		want units.Bitrate
	}{
		{Config{}, 400 * units.Mbps, 400 * units.Mbps},
		{Config{}, 401 * units.Mbps, 30 * units.Mbps},
		{Config{Bitrate: 600 * units.Mbps}, 600 * units.Mbps, 600 * units.Mbps},
		{Config{Bitrate: 600 * units.Mbps}, 601 * units.Mbps, 600 * units.Mbps},
		{Config{MaxBitrate: 50 * units.Mbps}, 51 * units.Mbps, 30 * units.Mbps},
		{Config{}, MinBitrate, MinBitrate},
		{Config{}, MinBitrate - 1, 30 * units.Mbps},
	} {
		e := New(c.cfg)
		e.Do(0, &streamer.Reconfigure{Bitrate: c.rate})
		e.Do(0, &streamer.Encode{Frame: 1})
		play(e, 100*ms)
		if e.Rate() != c.want {
			t.Errorf("set to %v it works at %v, want %v", c.rate, e.Rate(), c.want)
		}
	}
}
