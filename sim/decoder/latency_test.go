package decoder

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/client"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// The way to the decoder and back does not keep it from decoding.
func TestTransitOverlaps(t *testing.T) {
	d := New(Config{Latency: Latency{Fixed: 3 * ms, Transit: 2 * ms}})
	give(d, 0, 1, 2, 3)
	want := []answer{{5e6, 1, 1, ""}, {8e6, 2, 2, ""}, {11e6, 3, 3, ""}}
	if diff := cmp.Diff(want, answers(d, units.Never-1)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// latencies decodes n units, one at a time.
func latencies(l Latency, seed uint64, n, size int) (all []float64) {
	d := New(Config{Latency: l, Seed: seed})
	d.Do(0, &client.Configure{Stream: wire.Welcome{Width: 1920, Height: 1080}})
	for i := range n {
		now := units.Mono(i) * 1e9
		d.Do(now, &client.Decode{Frame: units.FrameID(i + 1), IDR: true, Elided: size})
		due := d.Next()
		e := d.Take(due).(*client.Decoded)
		d.Do(due, &client.Release{Handle: e.Handle})
		all = append(all, float64(due-now)/1e6)
	}
	return all
}

// The latencies have the mean, the tail and the memory that their documentation says.
func TestLatency(t *testing.T) {
	const n = 20_000
	for _, c := range []struct {
		name             string
		latency          Latency
		size             int
		mean, p95, after float64 // ms, ms, lag-1 correlation
	}{
		{"pc at 1080p", PC(), 50_000, 1.35, 1.97, .5},
		{"pc, an IDR", PC(), 200_000, 1.95, 2.85, .5},
		{"headset at 1080p", Headset(), 50_000, 5.25, 6.10, .6},
		{"constant", Latency{Fixed: time.Millisecond}, 50_000, 1, 1, 0},
	} {
		got := latencies(c.latency, 3, n, c.size)
		var sum, squares, products float64
		for i, v := range got {
			sum += v
			squares += v * v
			if i > 0 {
				products += v * got[i-1]
			}
		}
		mean := sum / n
		variance := squares/n - mean*mean
		after := 0.
		if variance > 1e-9 {
			after = (products/(n-1) - mean*mean) / variance
		}
		sorted := slices.Sorted(slices.Values(got))
		if p95 := sorted[n*95/100]; math.Abs(mean/c.mean-1) > .02 || math.Abs(p95/c.p95-1) > .03 || math.Abs(after-c.after) > .03 {
			t.Errorf("%s: mean %.3f ms, p95 %.3f ms, lag-1 correlation %.2f; want %.2f, %.2f and %.2f",
				c.name, mean, p95, after, c.mean, c.p95, c.after)
		}
	}
	if a, b := latencies(PC(), 1, 5, 9), latencies(PC(), 2, 5, 9); slices.Equal(a, b) {
		t.Error("two seeds give the same latencies")
	}
}

func TestValidate(t *testing.T) {
	for _, l := range []Latency{{}, PC(), Headset()} {
		if err := (Config{Latency: l}).Validate(); err != nil {
			t.Errorf("Validate() = %v, want nil", err)
		}
	}
	err := Config{Depth: -1, Latency: Latency{
		Fixed: -1, PerMegapixel: 2 * time.Second, PerByte: math.NaN(), Spread: 2, Memory: 1, Transit: -1,
	}}.Validate()
	for _, want := range []string{"depth", "fixed", "megapixel", "byte", "spread", "memory", "transit"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault in %s is not told in: %v", want, err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	d := New(Config{Latency: PC()})
	decode, release := &client.Decode{Frame: 1, IDR: true, Elided: 50_000}, &client.Release{}
	b.ReportAllocs()
	for now := units.Mono(0); b.Loop(); now += 14e6 {
		d.Do(now, decode)
		at := d.Next()
		release.Handle = d.Take(at).(*client.Decoded).Handle
		d.Do(at, release)
	}
}
