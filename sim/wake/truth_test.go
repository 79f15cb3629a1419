package wake

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/sim/host"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// tables are all that are built in, by name.
func tables() map[string]Quantiles {
	all := map[string]Quantiles{}
	for name, p := range profiles() {
		if len(p.Arrival) > 0 {
			all[name+", arrival"], all[name+", timer"] = p.Arrival, p.Timer
		}
	}
	return all
}

// Nine draws of ten are read off a table of steps: they must not stray from the curve by more than is said.
func TestQuickDrawsAreNearTheCurve(t *testing.T) {
	for name, q := range tables() {
		c := newCurve(q)
		for p := 0.0; p < 1; p += 0.000_37 {
			quick, exact := float64(c.draw(p)), float64(c.at(p))
			if math.Abs(quick-exact) > 0.01*exact+1 {
				t.Errorf("%s: at %.5f %v ns are drawn, the curve has %v", name, p, quick, exact)
				break
			}
		}
		if most := c.draw(math.Nextafter(1, 0)); most > q.At(1) || most < q.At(0.9999) {
			t.Errorf("%s: the last draw is %v, the longest is %v", name, most, q.At(1))
		}
		if least := c.draw(0); least != q.At(0) {
			t.Errorf("%s: the first draw is %v, the shortest is %v", name, least, q.At(0))
		}
	}
}

// The mean of many draws is the area under the curve.
func TestTheMeanIsThatOfTheCurve(t *testing.T) {
	const n = 400_000
	for _, name := range []string{"pc", "quiet pc", "headset"} {
		p := profiles()[name]
		m := New(Config{Profile: p, Seed: 4, Name: name})
		var sum, square float64
		for range n {
			d := float64(m.Timer())
			sum, square = sum+d, square+d*d
		}
		mean := sum / n
		deviation := math.Sqrt((square/n - mean*mean) / n)
		var area float64
		const steps = 200_000
		curve := rowsOf(p.Timer)
		for i := range steps {
			area += float64(curve.at((float64(i)+0.5)/steps)) / steps
		}
		if math.Abs(mean-area) > 5*deviation+0.002*area {
			t.Errorf("%s: the mean of draws is %.0f ns ± %.0f, the curve's is %.0f", name, mean, deviation, area)
		}
	}
}

// The doc says that latencies know nothing of each other; batches would grow otherwise.
func TestDrawsAreIndependent(t *testing.T) {
	m := New(Config{Profile: Headset(), Seed: 8, Name: "x"})
	const n = 100_000
	x := make([]float64, n)
	mean := 0.0
	for i := range x {
		x[i] = math.Log(float64(m.Arrival()))
		mean += x[i] / n
	}
	for lag := 1; lag <= 5; lag++ {
		var sum, square float64
		for i := range x {
			square += (x[i] - mean) * (x[i] - mean)
			if i >= lag {
				sum += (x[i] - mean) * (x[i-lag] - mean)
			}
		}
		if rho := sum / square; math.Abs(rho) > 5/math.Sqrt(n) {
			t.Errorf("latencies %d apart have a correlation of %.4f", lag, rho)
		}
	}
}

// Drawing arrivals does not move the timers, nor the other way round: what one asks for more often changes nothing else.
func TestKindsDoNotDisturbEachOther(t *testing.T) {
	alone, beside := New(Config{Profile: PC(), Seed: 2, Name: "h"}), New(Config{Profile: PC(), Seed: 2, Name: "h"})
	for i := range 1000 {
		for range i % 3 {
			beside.Arrival()
		}
		if a, b := alone.Timer(), beside.Timer(); a != b {
			t.Fatalf("timer %d is late by %v alone and by %v beside arrivals", i, a, b)
		}
	}
}

// What is measured of a model's own draws is the model again, as far as so many samples tell.
func TestMeasuringTheModelGivesTheModel(t *testing.T) {
	for name, q := range tables() {
		m := New(Config{Profile: Profile{Timer: q}, Seed: 6, Name: name})
		drawn := make([]time.Duration, 50_000)
		for i := range drawn {
			drawn[i] = m.Timer()
		}
		again := Measured(drawn)
		if err := (Profile{Timer: again}).Validate(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, p := range []float64{.05, .3, .5, .9, .99} {
			low, high := q.At(p-5*math.Sqrt(p*(1-p)/50_000)), q.At(p+5*math.Sqrt(p*(1-p)/50_000))
			if got := again.At(p); got < low-low/100-2 || got > high+high/100+2 {
				t.Errorf("%s: the quantile %v is measured as %v, want %v to %v", name, p, got, low, high)
			}
		}
	}
}

// The order of what was measured is of no account, and its extremes are those of the table.
func TestMeasuredKeepsExtremes(t *testing.T) {
	up, down := make([]time.Duration, 1000), make([]time.Duration, 1000)
	for i := range up {
		up[i], down[i] = time.Duration(i+1)*time.Microsecond, time.Duration(1000-i)*time.Microsecond
	}
	a, b := Measured(up), Measured(down)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("sorted and not (-sorted +other):\n%s", diff)
	}
	if a.At(0) != time.Microsecond || a.At(1) != time.Millisecond {
		t.Errorf("from %v to %v, want 1 µs to 1 ms", a.At(0), a.At(1))
	}
	for i := 1; i < len(a); i++ {
		if a[i].P <= a[i-1].P || a[i].NS < a[i-1].NS {
			t.Errorf("row %d: %+v after %+v", i, a[i], a[i-1])
		}
	}
	same := Measured([]time.Duration{7, 7, 7, 7, 7, 7, 7})
	if err := (Profile{Timer: same}).Validate(); err != nil || same.At(.5) != 7 {
		t.Errorf("seven equal latencies: %v, %v", same, err)
	}
}

func TestQuietIsNoWorseThanBusy(t *testing.T) {
	f := Fitted()
	for kind, pair := range map[string][2]Quantiles{"arrival": {f.Quiet.Arrival, f.Busy.Arrival}, "timer": {f.Quiet.Timer, f.Busy.Timer}} {
		for _, p := range []float64{.999, 1} {
			if quiet, busy := pair[0].At(p), pair[1].At(p); quiet > 3*busy {
				t.Errorf("%s: at %v a quiet machine is late by %v, a busy one by %v", kind, p, quiet, busy)
			}
		}
	}
	if diff := cmp.Diff(f.Busy, PC()); diff != "" {
		t.Errorf("PC is not the busy machine:\n%s", diff)
	}
	if diff := cmp.Diff(f.Quiet, QuietPC()); diff != "" {
		t.Errorf("QuietPC is not the quiet machine:\n%s", diff)
	}
}

// A headset may not use the real-time class: it wakes later than a PC whose pump does.
func TestAHeadsetWakesLaterThanAPC(t *testing.T) {
	for _, p := range []float64{.5, .9, .99} {
		if pc, headset := PC().Arrival.At(p), Headset().Arrival.At(p); headset <= pc {
			t.Errorf("arrival at %v: headset %v, PC %v", p, headset, pc)
		}
		if pc, headset := PC().Timer.At(p), Headset().Timer.At(p); headset <= pc {
			t.Errorf("timer at %v: headset %v, PC %v", p, headset, pc)
		}
	}
}

func TestCallersDoNotShareATable(t *testing.T) {
	a := PC()
	a.Timer[0].NS = 999_999
	if PC().Timer[0].NS == 999_999 {
		t.Error("one caller's change is another's profile")
	}
	b := Headset()
	b.Arrival[0].NS = 999_999
	if Headset().Arrival[0].NS == 999_999 {
		t.Error("one caller's change is another's headset")
	}
}

func TestAProfileSurvivesItsFile(t *testing.T) {
	for name, p := range profiles() {
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again Profile
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAllFaultsAreTold(t *testing.T) {
	broken := Quantiles{{0, 0}, {.5, 10}, {.5, 5}, {1, 2e9}}
	err := Profile{Arrival: broken, Timer: Quantiles{{0, 1}}}.Validate()
	if err == nil {
		t.Fatal("a broken profile is valid")
	}
	for _, want := range []string{
		"wake: arrival: quantile 0: 0 ns", "wake: arrival: quantile 2: p = 0.5 after 0.5", "wake: arrival: quantile 2: 5 ns",
		"wake: arrival: quantile 3: 2000000000 ns", "wake: timer: want quantiles from p = 0 to p = 1",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 5 {
		t.Errorf("%d faults are told, want 5:\n%v", n, err)
	}
}

// A host that wakes late hands nothing over before it came, and loses nothing, whatever the profile.
func TestAHostWithALateWakeKeepsTime(t *testing.T) {
	core := &listener{deadline: units.Mono(time.Millisecond)}
	h := host.New(host.Config{Machine: core, Wake: New(Config{Profile: Headset(), Seed: 3, Name: "x"})})
	now := units.Mono(0)
	for now < units.Mono(5*time.Second) {
		now = h.Deadline()
		h.Tick(now, nil)
	}
	if len(core.ticks) < 4000 {
		t.Fatalf("%d ticks in 5 s of deadlines 1 ms apart", len(core.ticks))
	}
	for i, late := range core.ticks {
		if late < Headset().Timer.At(0) || late > Headset().Timer.At(1) {
			t.Errorf("tick %d was %v late, want within the profile", i, late)
		}
	}
}
