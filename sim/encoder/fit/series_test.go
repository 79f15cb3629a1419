package main

import (
	"math"
	"slices"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/sim/encoder"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// near fails where a number is farther from another than it may be.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.4f, want %.4f ± %.4f", what, got, want, tolerance)
	}
}

func TestQuantileInterpolates(t *testing.T) {
	x := []float64{4, 1, 3, 2}
	for p, want := range map[float64]float64{-1: 1, 0: 1, 0.5: 2.5, 1. / 3: 2, 0.25: 1.75, 1: 4, 7: 4} {
		near(t, "the quantile", quantile(x, p), want, 1e-12)
	}
	near(t, "the median of one", quantile([]float64{9}, 0.5), 9, 0)
	if !slices.Equal(x, []float64{4, 1, 3, 2}) {
		t.Error("quantile sorts what it is given")
	}
}

func TestDistanceIsKolmogorovSmirnovs(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{1, 2, 3}, []float64{3, 1, 2}, 0},
		{[]float64{1, 2}, []float64{3, 4}, 1},
		{[]float64{1, 2, 3, 4}, []float64{3, 4, 5, 6}, 0.5},
		{[]float64{1}, []float64{0, 2}, 0.5},
	} {
		near(t, "the distance", distance(c.x, c.y), c.want, 1e-12)
		near(t, "the distance the other way round", distance(c.y, c.x), c.want, 1e-12)
	}
	if !math.IsNaN(distance(nil, []float64{1})) {
		t.Error("nothing has a distance")
	}
}

// wandering is a process of which the lag-1 correlation of the wandering part, and its share, are known.
func wandering(n int, persist, share float64) []float64 {
	r := stream.New(1, "wandering")
	x, slow := make([]float64, n), 0.0
	for i := range x {
		slow = persist*slow + math.Sqrt(1-persist*persist)*r.NormFloat64()
		x[i] = math.Sqrt(share)*slow + math.Sqrt(1-share)*r.NormFloat64()
	}
	return x
}

func TestAutocorrelationFindsWhatIsThere(t *testing.T) {
	x := wandering(200_000, 0.9, 0.5)
	for _, lag := range lags {
		near(t, "the autocorrelation", autocorrelation(x, lag), 0.5*math.Pow(0.9, float64(lag)), 0.02)
	}
	near(t, "that at lag 0", autocorrelation(x, 0), 1, 1e-9)
	near(t, "that of a constant", autocorrelation([]float64{3, 3, 3}, 1), 0, 0)
}

func TestTheWanderingShareIsToldFromTheNoise(t *testing.T) {
	for _, share := range []float64{0, 0.3, 0.8} {
		rho := make([]float64, len(lags))
		for i, lag := range lags {
			rho[i] = share * math.Pow(0.8, float64(lag))
		}
		got, rest := wander(rho, 0.8)
		near(t, "the share", got, share, 1e-9)
		near(t, "what is left", rest, 0, 1e-12)
		if _, wrong := wander(rho, 0.4); share > 0 && wrong <= rest {
			t.Errorf("share %v: a wrong persistence fits as well", share)
		}
	}
	if got, _ := wander([]float64{-1, -1, -1, -1, -1, -1}, 0.8); got != 0 {
		t.Errorf("a share of %v, want none below 0", got)
	}
	if got, _ := wander([]float64{9, 9, 9, 9, 9, 9}, 0.8); got != 1 {
		t.Errorf("a share of %v, want 1 at most", got)
	}
}

func TestScoresHaveTheRanksOfTheirValues(t *testing.T) {
	z := scores([]float64{30, 10, 20})
	if !(z[1] < z[2] && z[2] < z[0]) {
		t.Errorf("scores %v of 30, 10, 20", z)
	}
	near(t, "the middle score", z[2], 0, 1e-12)
	near(t, "the outer scores", z[0]+z[1], 0, 1e-12)
	many := scores(wandering(10_000, 0, 0))
	sum, square := 0.0, 0.0
	for _, v := range many {
		sum, square = sum+v, square+v*v
	}
	near(t, "the mean score", sum/10_000, 0, 1e-9)
	near(t, "the variance of scores", square/10_000, 1, 0.01)
}

// The shape of a normal variable is a straight line; of others it has their quantiles.
func TestAShapeIsTheDistribution(t *testing.T) {
	s := shape(wandering(400_000, 0, 0))
	for i, v := range s {
		if z := encoder.ShapePoint(i); math.Abs(z) <= 2.5 {
			near(t, "a normal shape", v, z, 0.05)
		}
	}
	var even []float64
	for i := range 10_001 {
		even = append(even, float64(i)/10_000)
	}
	s = shape(even)
	near(t, "the middle of an even shape", s[encoder.ShapePoints/2], 0.5, 1e-9)
	for i, v := range s {
		near(t, "an even shape", v, normalCDF(encoder.ShapePoint(i)), 1e-4)
	}
}

// constant is a run whose frames are all of that many bytes at 10 Mbps.
func constant(name string, seed uint64, frames, bytes int) run {
	r := run{name: name, seed: seed}
	for range frames {
		r.samples = append(r.samples, sample{rate: 10 * units.Mbps, bytes: bytes, qp: 25, took: 5 * time.Millisecond})
	}
	return r
}

func TestSizesAreRelativeToTheRate(t *testing.T) {
	budget := 10_000_000 / fps / 8
	r := constant("steady-10M", 1, 300, budget)
	for _, x := range r.sizes(warm) {
		near(t, "a frame on target", x, 1, 1e-3)
	}
	if n := len(r.sizes(warm)); n != 200 || len(r.sizes(900)) != 0 {
		t.Errorf("%d sizes, want 200, and none from behind the end", n)
	}
	half := sample{rate: 20 * units.Mbps, bytes: budget}
	near(t, "the same frame at twice the rate", half.relative(), 0.5, 1e-3)
	if d := differences([]float64{1, 4, 2}); !slices.Equal(d, []float64{3, -2}) || differences([]float64{1}) != nil {
		t.Errorf("differences %v", d)
	}
}

// The encoder's own loop asks for more where frames are too small. Raw sizes are without it: the same whatever it asks.
func TestRawSizesAreFreedOfTheLoop(t *testing.T) {
	const plant = 0.9 // of what is asked for
	loop := encoder.NewTuning()
	r := run{name: "steady-10M"}
	budget := 10e6 / fps / 8
	for i := range 400 {
		idr := i%50 == 0
		s := sample{idr: idr, rate: 10 * units.Mbps, bytes: int(plant * loop.Factor() * budget), qp: 25}
		loop.Sent(s.relative(), s.qp, s.idr)
		r.samples = append(r.samples, s)
	}
	for i, x := range r.raw() {
		if math.Abs(x-plant) > 1e-3 {
			t.Fatalf("frame %d is %.4f of what was asked for, want %v", i, x, plant)
		}
	}
	if last := r.sizes(350); math.Abs(last[0]-1) > 0.03 {
		t.Errorf("the loop settles at %v of the rate: the test proves nothing", last[0])
	}
}

func TestFramesAreFoundByTheirDistanceFromADisturbance(t *testing.T) {
	r := constant("idr-10M", 1, 300, 1000)
	for i := range r.samples {
		r.samples[i].idr = i%idrEvery == 0
		r.samples[i].bytes = 1000 + 10*(i%idrEvery)
	}
	one := r.samples[1].relative() - r.samples[0].relative()
	for j, x := range r.after(1, 4, r.idrs) {
		near(t, "a frame after an IDR picture", (x-r.samples[0].relative())/one, float64(1+j%3), 1e-6)
	}
	if n := len(r.after(1, 2, r.idrs)); n != 6 { // at 120, 150, … 270
		t.Errorf("%d frames after IDR pictures behind the first %d, want 6", n, warm)
	}
	if n := len(r.idrSizes()); n != 8 { // from the third on
		t.Errorf("%d IDR pictures, want 8", n)
	}
	for i := range r.samples {
		r.samples[i].rate = steps(2)(i)
	}
	if !r.rises(stepEvery) || r.falls(stepEvery) || !r.falls(2*stepEvery) || r.rises(2*stepEvery) || r.rises(stepEvery+1) || r.falls(stepEvery+1) {
		t.Error("rises and falls are not found where they are")
	}
}

func TestTimesAreByTheirMedian(t *testing.T) {
	r := constant("steady-10M", 1, 300, 1000)
	for i := range r.samples {
		r.samples[i].took = time.Duration(8+i%5) * time.Millisecond
		r.samples[i].idr = i == 200 // does not count
	}
	x := r.times()
	if len(x) != 199 {
		t.Fatalf("%d times, want 199", len(x))
	}
	near(t, "the median", quantile(x, 0.5), 1, 1e-12)
	near(t, "the slowest", slices.Max(x), 1.2, 1e-12)
	r.samples[200].took = time.Second
	r.samples[200].bytes = 5000
	idr, other := r.split()
	near(t, "the median of IDR pictures", idr.medianTime(), 1e9, 0)
	near(t, "that of the others", other.medianTime(), 10e6, 0)
	near(t, "the mean size of IDR pictures", idr.meanBytes(), 5000, 0)
	near(t, "that of the others", other.meanBytes(), 1000, 0)
}

func TestTheQuietestRunsAreThoseThatSpreadLeast(t *testing.T) {
	var runs []run
	for i := range 7 {
		r := constant("steady-10M", uint64(i), 300, 1000)
		for j := range r.samples {
			r.samples[j].took += time.Duration(j%9*(10-i)) * 100 * time.Microsecond
		}
		runs = append(runs, r)
	}
	var seeds []uint64
	for _, r := range quietest(runs) {
		seeds = append(seeds, r.seed)
	}
	if diff := cmp.Diff([]uint64{6, 5}, seeds); diff != "" {
		t.Errorf("the quietest third of seven (-want +got):\n%s", diff)
	}
	if n := len(quietest(runs[:1])); n != 1 {
		t.Errorf("of one run %d are quiet", n)
	}
}
