package loss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/loss"
)

// pattern sends packets a microsecond apart and returns which were lost.
func pattern(cfg loss.Config, rng *rand.Rand, n int) []bool {
	l := loss.New(cfg, rng)
	lost := make([]bool, n)
	var out []netem.Packet
	for i := range lost {
		now := netem.True(i) * 1000
		l.Admit(now, []netem.Packet{{ID: uint32(i), Size: 100}})
		if l.Next() != now {
			panic("not at once")
		}
		out = l.Deliver(now, out[:0])
		lost[i] = out[0].Fate == netem.Lost
	}
	return lost
}

func share(lost []bool) float64 {
	n := 0
	for _, l := range lost {
		if l {
			n++
		}
	}
	return float64(n) / float64(len(lost))
}

// draw shows a pattern: x for lost.
func draw(lost []bool) string {
	var b strings.Builder
	for _, l := range lost {
		b.WriteByte(".x"[map[bool]int{l: 1}[true]])
	}
	return b.String()
}

func TestZeroValueLosesNothing(t *testing.T) {
	if got := share(pattern(loss.Config{}, nil, 1000)); got != 0 {
		t.Errorf("lost %v", got)
	}
}

// 200,000 packets at 2 % know the share to 0.03 %; pairs of losses tell that they are independent.
func TestIndependentLoss(t *testing.T) {
	lost := pattern(loss.Config{Probability: .02}, stream.New(1, "loss"), 200_000)
	if got := share(lost); math.Abs(got-.02) > .0013 {
		t.Errorf("lost %.4f, want .02", got)
	}
	pairs := 0
	for i := 1; i < len(lost); i++ {
		if lost[i] && lost[i-1] {
			pairs++
		}
	}
	if math.Abs(float64(pairs)-80) > 40 { // a deviation is 9
		t.Errorf("%d pairs, want about 80", pairs)
	}
	if got := share(pattern(loss.Config{Probability: 1}, stream.New(1, "loss"), 100)); got != 1 {
		t.Errorf("probability 1 lost %v", got)
	}
}

func TestTamburLosesAsItSays(t *testing.T) {
	g := loss.Tambur()
	if math.Abs(g.Mean()-.074) > .001 {
		t.Errorf("mean %.4f, want .074", g.Mean())
	}
	if got := share(pattern(loss.Config{Gilbert: &g}, stream.New(2, "loss"), 400_000)); math.Abs(got-g.Mean()) > .0025 {
		t.Errorf("lost %.4f, want %.4f", got, g.Mean())
	}
}

// With a good state that loses nothing and a bad one that loses all, bursts are the stays in the bad state: geometric with
// mean 1/ToGood, and gaps with mean 1/ToBad.
func TestGilbertMakesBursts(t *testing.T) {
	g := loss.Gilbert{ToBad: .01, ToGood: .2, LossBad: 1}
	lost := pattern(loss.Config{Gilbert: &g}, stream.New(3, "loss"), 1_000_000)
	bursts, inBurst, single := 0, 0, 0
	for i := 1; i < len(lost)-1; i++ {
		if !lost[i] {
			continue
		}
		inBurst++
		if !lost[i-1] {
			bursts++
			if !lost[i+1] {
				single++
			}
		}
	}
	if mean := float64(inBurst) / float64(bursts); math.Abs(mean-5) > .25 {
		t.Errorf("bursts of %.2f packets, want 5", mean)
	}
	if got := float64(single) / float64(bursts); math.Abs(got-.2) > .025 {
		t.Errorf("%.3f of the bursts are single losses, want .2", got)
	}
	if got := share(lost); math.Abs(got-g.Mean()) > .003 {
		t.Errorf("lost %.4f, want %.4f", got, g.Mean())
	}
}

func TestMeanOfOneState(t *testing.T) {
	if got := (loss.Gilbert{LossGood: .3, LossBad: 1}).Mean(); got != .3 {
		t.Errorf("mean %v, want .3: it never turns bad", got)
	}
	if got := (loss.Gilbert{ToBad: .1, LossGood: .3, LossBad: 1}).Mean(); got != 1 {
		t.Errorf("mean %v, want 1: it stays bad", got)
	}
}

func TestPlannedLosses(t *testing.T) {
	us := time.Microsecond
	for name, c := range map[string]struct {
		cfg  loss.Config
		want string
	}{
		"periodic":  {loss.Config{Every: 4}, "...x...x...x...x"},
		"all":       {loss.Config{Every: 1}, "xxxxxxxxxxxxxxxx"},
		"burst":     {loss.Config{Bursts: []loss.Burst{{At: 3 * us, Packets: 3}}}, "...xxx.........."},
		"two":       {loss.Config{Bursts: []loss.Burst{{At: 0, Packets: 1}, {At: 5 * us, Packets: 2}}}, "x....xx........."},
		"between":   {loss.Config{Bursts: []loss.Burst{{At: 3*us + 1, Packets: 1}}}, "....x..........."},
		"one after": {loss.Config{Bursts: []loss.Burst{{At: 2 * us, Packets: 4}, {At: 3 * us, Packets: 2}}}, "..xxxxxx........"},
		"both":      {loss.Config{Every: 5, Bursts: []loss.Burst{{At: 6 * us, Packets: 1}}}, "....x.x..x....x."},
	} {
		if d := cmp.Diff(c.want, draw(pattern(c.cfg, nil, 16))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A planned loss does not shift the random ones: two runs that differ in it alone can be compared.
func TestPlannedLossesLeaveTheDrawsAlone(t *testing.T) {
	g := loss.Gilbert{ToBad: .05, ToGood: .3, LossGood: .01, LossBad: .8}
	cfg := loss.Config{Probability: .1, Gilbert: &g}
	plain := pattern(cfg, stream.New(4, "loss"), 2000)
	cfg.Bursts, cfg.Every = []loss.Burst{{At: 100 * time.Microsecond, Packets: 50}}, 40
	planned := pattern(cfg, stream.New(4, "loss"), 2000)
	for i := range plain {
		want := plain[i] || i >= 100 && i < 150 || i%40 == 39
		if planned[i] != want {
			t.Fatalf("packet %d: lost %v, want %v", i, planned[i], want)
		}
	}
}

func TestSpansAreWhatHappened(t *testing.T) {
	l := loss.New(loss.Config{Bursts: []loss.Burst{{At: 1000, Packets: 2}, {At: 9000, Packets: 1}, {At: 50_000, Packets: 7}}}, nil)
	for _, at := range []netem.True{500, 1500, 2500, 9000, 9500} {
		l.Admit(at, []netem.Packet{{Size: 1}})
		l.Deliver(at, nil)
	}
	want := []netem.Span{{From: 1500, To: 2501, Name: "burst loss"}, {From: 9000, To: 9001, Name: "burst loss"}}
	if d := cmp.Diff(want, l.Spans(0, 100_000, nil)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want[:1], l.Spans(2000, 9000, nil)); d != "" {
		t.Error(d)
	}
}

func TestConfigRefuses(t *testing.T) {
	nan := math.NaN()
	gilbert := func(a, b, c, d float64) loss.Config {
		return loss.Config{Gilbert: &loss.Gilbert{ToBad: a, ToGood: b, LossGood: c, LossBad: d}}
	}
	for name, c := range map[string]loss.Config{
		"negative":        {Probability: -.1},
		"above one":       {Probability: 1.1},
		"no number":       {Probability: nan},
		"gilbert to bad":  gilbert(nan, 0, 0, 0),
		"gilbert to good": gilbert(0, 2, 0, 0),
		"gilbert good":    gilbert(0, 0, -1, 0),
		"gilbert bad":     gilbert(0, 0, 0, math.Inf(1)),
		"early burst":     {Bursts: []loss.Burst{{At: -1, Packets: 1}}},
		"empty burst":     {Bursts: []loss.Burst{{At: 1}}},
		"out of order":    {Bursts: []loss.Burst{{At: 2, Packets: 1}, {At: 1, Packets: 1}}},
		"negative period": {Every: -1},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := gilbert(nan, nan, 0, 2).Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %q, want three faults", err)
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	g := loss.Tambur()
	l := loss.New(loss.Config{Probability: .1, Gilbert: &g, Every: 7}, stream.New(5, "loss"))
	train, out, now := make([]netem.Packet, 64), make([]netem.Packet, 0, 64), netem.True(0)
	if n := testing.AllocsPerRun(100, func() {
		l.Admit(now, train)
		out = l.Deliver(now, out[:0])
		now++
	}); n > 0 {
		t.Errorf("%v allocations a train", n)
	}
}

// Three packets lost at a planned instant.
func ExampleNew() {
	l := loss.New(loss.Config{Bursts: []loss.Burst{{At: 2 * time.Second, Packets: 3}}}, nil)
	now := netem.True(2 * time.Second)
	l.Admit(now, []netem.Packet{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}})
	for _, p := range l.Deliver(now, nil) {
		fmt.Println(p.ID, p.Fate)
	}
	// Output:
	// 1 lost
	// 2 lost
	// 3 lost
	// 4 arrived
}
