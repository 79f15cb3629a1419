package encoder

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/payload"
	"airbridge/streamer"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

const ms = units.Mono(time.Millisecond)

// exact is a model without chance: frames have what the rate leaves, take 1 ns a pixel, and slices share evenly.
func exact() *Model {
	m := &Model{Steady: []Steady{{BitsPerPixel: 1, Mean: 1, IDR: 2}}, IDR: Response{{Mean: 1, Spread: 1}}, Restless: 1}
	m.Time = Time{PerPixel: 1, IDR: 1}
	for i := range m.Time.Multiplier {
		m.Time.Multiplier[i] = 1
	}
	return m
}

// simple is an encoder that takes 4 ms for each frame of 5000 bytes.
func simple() Config {
	return Config{Width: 2000, Height: 2000, FPS: 100, Bitrate: 4 * units.Mbps, Slowness: 1, Model: exact()}
}

// play lets time pass up to an instant and writes down what is told.
func play(e *Encoder, until units.Mono) (lines []string) {
	for e.Next() <= until {
		now := e.Next()
		for in := e.Take(now); in != nil; in = e.Take(now) {
			at := fmt.Sprintf("%.1f ", float64(now)/1e6)
			switch in := in.(type) {
			case *streamer.SliceEncoded:
				lines = append(lines, at+fmt.Sprintf("frame %d slice %d last %t idr %t %d bytes", in.Frame, in.Slice, in.Last, in.IDR, in.Length()))
			case *streamer.EncoderFailed:
				lines = append(lines, at+fmt.Sprintf("frame %d failed: %v", in.Frame, in.Err))
			case *streamer.Reconfigured:
				lines = append(lines, at+fmt.Sprintf("rate %v", in.Bitrate))
			}
		}
	}
	return lines
}

func check(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestSlicesComeTogetherOrOneByOne(t *testing.T) {
	cfg := simple()
	cfg.Slices = 2
	e := New(cfg)
	e.Do(0, &streamer.Encode{Frame: 1})
	check(t, "together", []string{
		"4.0 frame 1 slice 0 last false idr true 2500 bytes",
		"4.0 frame 1 slice 1 last true idr true 2500 bytes",
	}, play(e, 100*ms))

	cfg.OneByOne = true
	e = New(cfg)
	e.Do(0, &streamer.Encode{Frame: 1})
	check(t, "one by one", []string{
		"2.0 frame 1 slice 0 last false idr true 2500 bytes",
		"4.0 frame 1 slice 1 last true idr true 2500 bytes",
	}, play(e, 100*ms))
	if e.Next() != units.Never {
		t.Errorf("an idle encoder has something to tell at %d", e.Next())
	}
}

func TestOneFrameAfterTheOther(t *testing.T) {
	cfg := simple()
	cfg.Slices = 1
	e := New(cfg)
	for f := range units.FrameID(4) {
		e.Do(1*ms, &streamer.Encode{Frame: f + 1, IDR: f == 2})
	}
	check(t, "four frames at once", []string{
		"1.0 frame 4 failed: encoder is busy",
		"5.0 frame 1 slice 0 last true idr true 5000 bytes",
		"9.0 frame 2 slice 0 last true idr false 5000 bytes",
		"13.0 frame 3 slice 0 last true idr true 10000 bytes",
	}, play(e, 100*ms))
}

// The shell's encoder waits until its slices were heard of: a pump that wakes late delays the next frame.
func TestTheNextFrameWaitsUntilTheLastWasHeard(t *testing.T) {
	cfg := simple()
	cfg.Slices = 1
	e := New(cfg)
	e.Do(0, &streamer.Encode{Frame: 1})
	e.Do(0, &streamer.Encode{Frame: 2})
	if in, _ := e.Take(7 * ms).(*streamer.SliceEncoded); in == nil || in.Frame != 1 {
		t.Fatalf("at 7 ms %+v, want frame 1", in)
	}
	if in := e.Take(7 * ms); in != nil {
		t.Errorf("at 7 ms %+v after the first frame, want nothing", in)
	}
	if e.Next() != 11*ms {
		t.Errorf("frame 2 is done at %d, want 4 ms after frame 1 was heard of", e.Next())
	}
}

func TestARateComesWithTheNextFrame(t *testing.T) {
	cfg := simple()
	cfg.Slices = 1
	e := New(cfg)
	e.Do(0, &streamer.Reconfigure{Bitrate: 5 * units.Mbps})
	e.Do(0, &streamer.Reconfigure{Bitrate: 8 * units.Mbps}) // in its place
	check(t, "a rate alone", nil, play(e, 10*ms))
	e.Do(10*ms, &streamer.Encode{Frame: 1})
	check(t, "with a frame", []string{"10.0 rate 8M", "14.0 frame 1 slice 0 last true idr true 10000 bytes"}, play(e, 20*ms))
	e.Do(20*ms, &streamer.Encode{Frame: 2})
	e.Do(21*ms, &streamer.Reconfigure{Bitrate: 4 * units.Mbps})
	e.Do(22*ms, &streamer.Encode{Frame: 3})
	check(t, "while a frame is encoded", []string{
		"24.0 frame 2 slice 0 last true idr false 10000 bytes",
		"24.0 rate 4M",
		"28.0 frame 3 slice 0 last true idr false 5000 bytes",
	}, play(e, 40*ms))
	for _, rate := range []units.Bitrate{1, 600 * units.Mbps} {
		e.Do(40*ms, &streamer.Reconfigure{Bitrate: rate})
		e.Do(40*ms, &streamer.Encode{Frame: 4})
		if got := play(e, 50*ms); len(got) != 1 || e.Rate() != 4*units.Mbps {
			t.Errorf("rate %v, which it cannot do: told %v, rate %v", rate, got, e.Rate())
		}
	}
}

func TestInjectedFailures(t *testing.T) {
	cfg := simple()
	cfg.Slices = 2
	broken := errors.New("out of memory")
	cfg.Fail = func(f units.FrameID) error {
		if f == 2 {
			return broken
		}
		return nil
	}
	e := New(cfg)
	for f := range units.FrameID(3) {
		e.Do(0, &streamer.Encode{Frame: f + 1})
	}
	check(t, "frame 2 fails", []string{
		"4.0 frame 1 slice 0 last false idr true 2500 bytes",
		"4.0 frame 1 slice 1 last true idr true 2500 bytes",
		"8.0 frame 2 failed: out of memory",
		"12.0 frame 3 slice 0 last false idr false 2500 bytes",
		"12.0 frame 3 slice 1 last true idr false 2500 bytes",
	}, play(e, 100*ms))
}

// Whether bytes are carried changes nothing but the bytes.
func TestFullAndElidedAreAlike(t *testing.T) {
	for _, oneByOne := range []bool{false, true} {
		full := New(Config{Seed: 3, Full: true, OneByOne: oneByOne})
		elided := New(Config{Seed: 3, OneByOne: oneByOne})
		for f := range units.FrameID(300) {
			now := units.Mono(f) * 20 * ms
			for _, e := range []*Encoder{full, elided} {
				if f%40 == 20 {
					e.Do(now, &streamer.Reconfigure{Bitrate: units.Bitrate(10+f%7*20) * units.Mbps})
				}
				e.Do(now, &streamer.Encode{Frame: f + 1, IDR: f%50 == 0})
			}
			offset := 0
			for elided.Next() < now+20*ms {
				at := elided.Next()
				if full.Next() != at {
					t.Fatalf("frame %d: full bytes at %d, elided at %d", f+1, full.Next(), at)
				}
				a, b := full.Take(at), elided.Take(at)
				var hashA, hashB machine.Hash
				a.Fold(&hashA)
				b.Fold(&hashB)
				if hashA.Sum() != hashB.Sum() || a.Kind() != b.Kind() {
					t.Fatalf("frame %d: full %+v, elided %+v", f+1, a, b)
				}
				if s, ok := a.(*streamer.SliceEncoded); ok {
					if s.Elided != 0 || !payload.Check(s.Bytes, s.Frame, offset) {
						t.Fatalf("frame %d slice %d: wrong bytes", s.Frame, s.Slice)
					}
					offset += len(s.Bytes)
					if e := b.(*streamer.SliceEncoded); len(e.Bytes) != 0 {
						t.Fatalf("frame %d: an elided slice with %d bytes", e.Frame, len(e.Bytes))
					}
				}
			}
		}
	}
}

func TestOneSeedOneRun(t *testing.T) {
	digest := func(cfg Config) uint64 {
		e := New(cfg)
		var h machine.Hash
		for f := range units.FrameID(1000) {
			now := units.Mono(f) * 40 * ms
			e.Do(now, &streamer.Encode{Frame: f + 1})
			for e.Next() < units.Never {
				at := e.Next()
				h.Word(uint64(at))
				e.Take(at).Fold(&h)
			}
		}
		return h.Sum()
	}
	a := digest(Config{Seed: 1})
	if b := digest(Config{Seed: 1}); a != b {
		t.Errorf("the same seed gave %x and %x", a, b)
	}
	if b := digest(Config{Seed: 2}); a == b {
		t.Error("two seeds gave one run")
	}
	if b := digest(Config{Seed: 1, Name: "other"}); a == b {
		t.Error("two names gave one run")
	}
}

func TestNothingIsAllocatedPerFrame(t *testing.T) {
	for _, full := range []bool{false, true} {
		e := New(Config{Full: full})
		encode, rate := &streamer.Encode{}, &streamer.Reconfigure{}
		now := units.Mono(0)
		frame := func() {
			encode.Frame++
			encode.IDR = encode.Frame%30 == 0
			rate.Bitrate = units.Bitrate(20+encode.Frame%5) * units.Mbps
			e.Do(now, rate)
			e.Do(now, encode)
			for e.Next() < units.Never {
				now = e.Next()
				e.Take(now)
			}
		}
		for range 200 {
			frame()
		}
		if n := testing.AllocsPerRun(1000, frame); n != 0 {
			t.Errorf("full %t: %v allocations a frame, want none", full, n)
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	b.ReportAllocs()
	e := New(Config{})
	encode := &streamer.Encode{}
	now := units.Mono(0)
	for b.Loop() {
		encode.Frame++
		e.Do(now, encode)
		for e.Next() < units.Never {
			now = e.Next()
			e.Take(now)
		}
	}
}
