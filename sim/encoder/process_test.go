package encoder

import (
	"math"
	"testing"
	"time"

	"airbridge/units"
)

// mean returns the mean size of the next frames as a multiple of what the rate leaves, and the standard deviation.
func mean(p *Process, frames int, rate units.Bitrate) (mean, spread float64) {
	var sum, square float64
	for range frames {
		x := float64(p.Next(rate, false).Bytes) * 8 * 72 / float64(rate)
		sum, square = sum+x, square+x*x
	}
	mean = sum / float64(frames)
	return mean, math.Sqrt(square/float64(frames) - mean*mean)
}

func TestSizesFollowTheRate(t *testing.T) {
	for _, rate := range []units.Bitrate{2, 10, 30, 100, 400} {
		p := NewProcess(Config{Seed: 1, Bitrate: rate * units.Mbps})
		mean(p, 300, rate*units.Mbps)
		if m, spread := mean(p, 5000, rate*units.Mbps); math.Abs(m-1) > 0.02 || spread < 0.03 || spread > 0.1 {
			t.Errorf("%dM: frames are %.3f of the rate with a spread of %.3f, want 1 and about 0.05", rate, m, spread)
		}
	}
}

func TestSpreadIsScaled(t *testing.T) {
	p, wide := NewProcess(Config{Seed: 1}), NewProcess(Config{Seed: 1, Spread: 3})
	mean(p, 300, 30*units.Mbps)
	mean(wide, 300, 30*units.Mbps)
	_, a := mean(p, 5000, 30*units.Mbps)
	if m, b := mean(wide, 5000, 30*units.Mbps); b < 2.7*a || b > 3.3*a || math.Abs(m-1) > 0.02 {
		t.Errorf("a spread of 3: mean %.3f, deviation %.3f, at 1 %.3f", m, b, a)
	}
}

// What package av says of libx264: after a rise by half or more the first frame is a small one, small steps have no such
// cost, and a fall takes a few frames.
func TestARateChangeTakesEffect(t *testing.T) {
	after := func(from, to units.Bitrate) (first, second, later float64) {
		const seeds = 40
		for seed := range uint64(seeds) {
			p := NewProcess(Config{Seed: seed, Bitrate: from})
			mean(p, 300, from)
			m, _ := mean(p, 1, to)
			first += m / seeds
			m, _ = mean(p, 1, to)
			second += m / seeds
			mean(p, 10, to)
			m, _ = mean(p, 8, to)
			later += m / seeds
		}
		return first, second, later
	}
	tests := []struct {
		name               string
		from, to           units.Bitrate
		firstMin, firstMax float64
		nextMin, nextMax   float64
	}{
		{"twice", 20 * units.Mbps, 40 * units.Mbps, 0.03, 0.15, 0.9, 1.1},
		{"by half", 20 * units.Mbps, 30 * units.Mbps, 0.15, 0.35, 0.9, 1.1},
		{"a little up", 20 * units.Mbps, 20400 * units.Kbps, 0.9, 1, 0.95, 1.05},
		{"a little down", 20 * units.Mbps, 19600 * units.Kbps, 0.97, 1.05, 0.95, 1.05},
		{"to a half", 20 * units.Mbps, 10 * units.Mbps, 1.08, 1.3, 1.05, 1.3},
		{"to a quarter", 40 * units.Mbps, 10 * units.Mbps, 1, 1.3, 1.05, 1.3},
	}
	for _, c := range tests {
		first, second, later := after(c.from, c.to)
		if first < c.firstMin || first > c.firstMax || second < c.nextMin || second > c.nextMax || math.Abs(later-1) > 0.05 {
			t.Errorf("%s: the first frames are %.2f and %.2f of the new rate, later ones %.2f; want %.2f to %.2f, %.2f to %.2f, and 1",
				c.name, first, second, later, c.firstMin, c.firstMax, c.nextMin, c.nextMax)
		}
	}
}

// An encoder whose rate never rests gets no chance to tune itself and stays below its target.
func TestARestlessRateIsNotFilled(t *testing.T) {
	p := NewProcess(Config{Seed: 1})
	var bytes, asked float64
	for i := range 3000 {
		rate := 30 * units.Mbps * units.Bitrate(100+i/2%3) / 100
		bytes += float64(p.Next(rate, false).Bytes)
		asked += float64(rate) / 72 / 8
	}
	if fill := bytes / asked; fill < 0.8 || fill > 0.93 {
		t.Errorf("a rate that changes with every other frame is filled to %.3f, want 0.8 to 0.93", fill)
	}
}

func TestIDRPicturesAndTheirPrice(t *testing.T) {
	p := NewProcess(Config{Seed: 1})
	const rate = 30 * units.Mbps
	first := p.Next(rate, false)
	if !first.IDR {
		t.Error("the first frame is no IDR picture")
	}
	mean(p, 300, rate)
	var idr, next float64
	for range 100 {
		f := p.Next(rate, true)
		if !f.IDR {
			t.Fatal("no IDR picture although one was asked for")
		}
		idr += float64(f.Bytes) * 8 * 72 / float64(rate) / 100
		m, _ := mean(p, 5, rate)
		next += m / 100
		mean(p, 25, rate)
	}
	if idr < 1.2 || idr > 1.5 || next > 0.99 || next < 0.9 {
		t.Errorf("IDR pictures are %.3f of the rate, the five after them %.3f; want about 1.3, and a little below 1", idr, next)
	}
}

func TestSlicesAddUp(t *testing.T) {
	for _, n := range []int{1, 3, 4, 16} {
		p := NewProcess(Config{Seed: 1, Slices: n})
		for range 1000 {
			f, sum := p.Next(2*units.Mbps, false), 0
			for _, b := range f.Slices {
				if b < leastSlice {
					t.Fatalf("a slice of %d bytes", b)
				}
				sum += b
			}
			if sum != f.Bytes || len(f.Slices) != n {
				t.Fatalf("%d slices of %d bytes together in a frame of %d, want %d slices", len(f.Slices), sum, f.Bytes, n)
			}
		}
	}
}

// The times on two quiet cores that were measured beside this model.
func TestTimesAreThoseMeasured(t *testing.T) {
	for _, c := range []struct {
		width, height int
		least, most   time.Duration
	}{
		{1920, 1080, 4400 * time.Microsecond, 5900 * time.Microsecond},
		{2560, 1344, 7 * time.Millisecond, 8800 * time.Microsecond},
		{3664, 1920, 14500 * time.Microsecond, 17500 * time.Microsecond},
	} {
		p := NewProcess(Config{Seed: 1, Width: c.width, Height: c.height})
		var sum time.Duration
		const n = 5000
		for range n {
			f := p.Next(30*units.Mbps, false)
			if f.Took <= 0 {
				t.Fatalf("a frame took %s", f.Took)
			}
			sum += f.Took
		}
		if m := sum / n; m < c.least || m > c.most {
			t.Errorf("%dx%d takes %s in the mean, want %s to %s", c.width, c.height, m, c.least, c.most)
		}
	}
}
