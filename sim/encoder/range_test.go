package encoder

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"airbridge/units"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pictures are sizes that headsets ask for.
var pictures = [][2]int{{640, 360}, {1280, 720}, {1920, 1080}, {2880, 1600}, {3664, 1920}, {5120, 2560}}

// At every rate and picture size that users have, frames are what the rate leaves for them, no frame is absurd, and times
// rise with the picture and the bytes.
func TestFramesAreSaneOverAllRatesAndPictures(t *testing.T) {
	for _, size := range pictures {
		for _, rate := range []units.Bitrate{2 * units.Mbps, 10 * units.Mbps, 50 * units.Mbps, 150 * units.Mbps, 400 * units.Mbps} {
			p := NewProcess(Config{Seed: 3, Width: size[0], Height: size[1], Bitrate: rate})
			name := fmt.Sprintf("%dx%d at %v", size[0], size[1], rate)
			budget := float64(rate) / 72 / 8
			var sum, least, most float64 = 0, math.Inf(1), 0
			const settle, frames = 400, 1500
			for i := range settle + frames {
				f := p.Next(rate, false)
				x := float64(f.Bytes) / budget
				if f.Took <= 0 || f.Took > time.Second || math.IsNaN(f.QP) || f.QP < 0 || f.QP > 51 {
					t.Fatalf("%s: frame %d took %v at quantiser %v", name, i, f.Took, f.QP)
				}
				if i < settle {
					continue
				}
				sum, least, most = sum+x, min(least, x), max(most, x)
			}
			if m := sum / frames; math.Abs(m-1) > 0.03 || least < 0.5 || most > 1.6 {
				t.Errorf("%s: frames are %.3f of the rate, %.2f to %.2f; want 1, and 0.5 to 1.6", name, m, least, most)
			}
		}
	}
}

func TestTimesRiseWithPictureAndBytes(t *testing.T) {
	mean := func(c Config, rate units.Bitrate) (sum time.Duration) {
		p := NewProcess(c)
		for range 2000 {
			sum += p.Next(rate, false).Took / 2000
		}
		return sum
	}
	last := time.Duration(0)
	for _, size := range pictures {
		took := mean(Config{Seed: 1, Width: size[0], Height: size[1]}, 30*units.Mbps)
		if took <= last {
			t.Errorf("%v takes %v, a smaller picture %v", size, took, last)
		}
		last = took
	}
	slow, fast := mean(Config{Seed: 1}, 300*units.Mbps), mean(Config{Seed: 1}, 3*units.Mbps)
	if slow <= fast {
		t.Errorf("300M takes %v, 3M %v", slow, fast)
	}
	if twice := mean(Config{Seed: 1, Slowness: 2 * quietSlowness}, 30*units.Mbps); math.Abs(float64(twice)/float64(mean(Config{Seed: 1}, 30*units.Mbps))-2) > 0.001 {
		t.Errorf("twice as slow takes %v", twice)
	}
}

// Whatever a controller does with the rate, within what an encoder can be set to, frames stay within reason.
func TestAnyWalkOfTheRateGivesFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom(pictures).Draw(t, "picture")
		cfg := Config{
			Seed: rapid.Uint64().Draw(t, "seed"), Width: size[0], Height: size[1], FPS: rapid.SampledFrom([]int{60, 72, 90, 120}).Draw(t, "fps"),
			Slices: rapid.IntRange(1, 16).Draw(t, "slices"), Spread: rapid.Float64Range(0.1, 5).Draw(t, "spread"),
		}
		p := NewProcess(cfg)
		for range rapid.IntRange(1, 60).Draw(t, "changes") {
			rate := units.Bitrate(rapid.Int64Range(2e6, 400e6).Draw(t, "rate"))
			for range rapid.IntRange(1, 4).Draw(t, "frames") {
				f := p.Next(rate, rapid.IntRange(0, 9).Draw(t, "idr") == 0)
				sum := 0
				for _, b := range f.Slices {
					sum += b
				}
				budget := float64(rate) / float64(cfg.FPS) / 8
				if sum != f.Bytes || float64(f.Bytes) > 8*budget+float64(cfg.Slices*leastSlice) || f.Bytes < cfg.Slices*leastSlice || f.Took <= 0 {
					t.Fatalf("%d bytes in %d slices of %d at a budget of %.0f, in %v", f.Bytes, len(f.Slices), sum, budget, f.Took)
				}
			}
		}
	})
}

// A step of the rate is followed within a few frames, whichever way and however large.
func TestStepsAreFollowed(t *testing.T) {
	for _, ratio := range []float64{0.1, 0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2, 4, 10} {
		from := 20 * units.Mbps
		to := units.Bitrate(float64(from) * ratio)
		const seeds = 30
		var first, settled, debt float64
		for seed := range uint64(seeds) {
			p := NewProcess(Config{Seed: seed, Bitrate: from})
			mean(p, 300, from)
			x, _ := mean(p, 1, to)
			first += x / seeds
			rest, _ := mean(p, 29, to)
			debt += (x + 29*rest) / 30 / seeds
			x, _ = mean(p, 100, to)
			settled += x / seeds
		}
		if math.Abs(settled-1) > 0.03 {
			t.Errorf("x%g: after 30 frames they are %.3f of the new rate", ratio, settled)
		}
		if ratio < 1 && first < 0.97 || ratio > 1 && first > 1.01 {
			t.Errorf("x%g: the first frame is %.2f of the new rate: it ran ahead", ratio, first)
		}
		if debt < 0.85 || debt > 1.12 {
			t.Errorf("x%g: the first 30 frames are %.3f of the new rate", ratio, debt)
		}
	}
}

func TestStepsAreInterpolated(t *testing.T) {
	reply := func(mean float64) Response { return Response{{Mean: mean, Spread: 1}} }
	m := &Model{Steps: []Step{{0.25, reply(2)}, {0.5, reply(1.5)}, {2, reply(0.5)}, {8, reply(0.1)}}}
	for _, c := range []struct{ ratio, want float64 }{
		{0.01, 2},
		{0.25, 2},
		{math.Sqrt(0.125), 1.75},
		{0.5, 1.5},
		{math.Sqrt(0.5), 1.25},
		{1, 1},
		{math.Sqrt2, 0.75},
		{2, 0.5},
		{4, 0.3},
		{8, 0.1},
		{100, 0.1},
	} {
		below, above, share := m.steps(c.ratio)
		a, b := below.reply(0), above.reply(0)
		if got := a.Mean + (b.Mean-a.Mean)*share; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("the response to x%g is %v, want %v", c.ratio, got, c.want)
		}
	}
	none := &Model{}
	if below, above, _ := none.steps(3); below.reply(5) != (Reply{1, 1}) || above.reply(0) != (Reply{1, 1}) {
		t.Error("a model without steps responds to one")
	}
}

// Each kind of chance has a stream of its own: cutting frames differently changes neither their sizes nor their times.
func TestSlicesDoNotDisturbSizes(t *testing.T) {
	one, many := NewProcess(Config{Seed: 5, Slices: 1}), NewProcess(Config{Seed: 5, Slices: 16})
	for i := range 500 {
		a, b := one.Next(20*units.Mbps, i%60 == 30), many.Next(20*units.Mbps, i%60 == 30)
		if d := a.Bytes - b.Bytes; d < -16 || d > 32 { // cells are whole bytes
			t.Fatalf("frame %d: %d bytes in one slice, %d in 16", i, a.Bytes, b.Bytes)
		}
		if d := (a.Took - b.Took).Abs(); d > a.Took/1000 {
			t.Fatalf("frame %d: %v in one slice, %v in 16", i, a.Took, b.Took)
		}
	}
}

func TestIDRsOftenAskedForStayWithinTheRate(t *testing.T) {
	for _, every := range []int{2, 5, 10, 72} {
		p := NewProcess(Config{Seed: 1})
		mean(p, 300, 30*units.Mbps)
		sum := 0.0
		const frames = 3000
		for i := range frames {
			sum += float64(p.Next(30*units.Mbps, i%every == 0).Bytes) / p.budget() / frames
		}
		if sum < 0.8 || sum > 1.25 {
			t.Errorf("an IDR picture every %d frames: %.3f of the rate", every, sum)
		}
	}
}

func TestARateOfNothingIsABug(t *testing.T) {
	for _, rate := range []units.Bitrate{0, -5} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a frame at rate %d was encoded", rate)
				}
			}()
			NewProcess(Config{}).Next(rate, false)
		}()
	}
}

func TestShapesHoldBeyondTheirEnds(t *testing.T) {
	var s Shape
	for i := range s {
		s[i] = 2 * ShapePoint(i) // a straight line
	}
	for z, want := range map[float64]float64{
		0: 0, 1: 2, -1: -2, 0.123: 0.246, ShapeEnd: 2 * ShapeEnd, -ShapeEnd: -2 * ShapeEnd, 99: 2 * ShapeEnd, -99: -2 * ShapeEnd,
		math.Inf(1): 2 * ShapeEnd, math.Inf(-1): -2 * ShapeEnd,
	} {
		if got := s.at(z); math.Abs(got-want) > 1e-9 {
			t.Errorf("at(%v) = %v, want %v", z, got, want)
		}
	}
	if got := s.at(math.NaN()); got != s[0] {
		t.Errorf("at no number: %v", got)
	}
	if ShapePoint(0) != -ShapeEnd || ShapePoint(ShapePoints-1) != ShapeEnd || ShapePoint(ShapePoints/2) != 0 {
		t.Errorf("points from %v to %v", ShapePoint(0), ShapePoint(ShapePoints-1))
	}
}

func TestTheFittedModelIsPlausible(t *testing.T) {
	m := Fitted()
	if m.Steady[0].BitsPerPixel > 0.04 || m.Steady[len(m.Steady)-1].BitsPerPixel < 0.5 {
		t.Errorf("measured from %v to %v bits a pixel, the doc says 0.03 to 0.6", m.Steady[0].BitsPerPixel, m.Steady[len(m.Steady)-1].BitsPerPixel)
	}
	last := math.Inf(1)
	for _, s := range m.Steady {
		if s.QP >= last || math.Abs(s.Mean-1) > 0.2 || s.IDR < 1 || s.IDR > 3 {
			t.Errorf("%+v: want quantisers that fall, means near 1 and IDR pictures somewhat larger", s)
		}
		last = s.QP
	}
	for _, s := range m.Steps {
		first := s.Response[0].Mean
		if s.Ratio > 1.4 && first > 0.5 || s.Ratio < 0.9 && first < 0.95 {
			t.Errorf("the first frame after x%.2f is %.2f", s.Ratio, first)
		}
		if end := s.Response[len(s.Response)-1].Mean; math.Abs(end-1) > 0.12 {
			t.Errorf("the response to x%.2f ends at %.3f: it is cut off", s.Ratio, end)
		}
	}
	total := 0.0
	for _, v := range m.Slices.Mean {
		total += v
	}
	if math.Abs(total-1) > 1e-6 {
		t.Errorf("slices share %v of a frame", total)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var again Model
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, again); diff != "" {
		t.Errorf("the model does not survive a file:\n%s", diff)
	}
	m.Steady[0].Mean = 99
	if Fitted().Steady[0].Mean == 99 {
		t.Error("one caller's change is another's model")
	}
}
