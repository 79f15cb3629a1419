package bottleneck_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/units"
)

// event is a packet that came out.
type event struct {
	At     netem.True
	ID     uint32
	Fate   netem.Fate
	Queued time.Duration
}

func drain(m netem.Medium) (all []event) { return until(m, netem.Never-1) }

func until(m netem.Medium, end netem.True) (all []event) {
	for m.Next() <= end {
		now := m.Next()
		for _, p := range m.Deliver(now, nil) {
			all = append(all, event{now, p.ID, p.Fate, p.Queued})
		}
	}
	return all
}

func train(size int32, n int) (train []netem.Packet) {
	for i := range n {
		train = append(train, netem.Packet{ID: uint32(i), Size: size})
	}
	return train
}

func endless() queue.Discipline { return queue.NewDropTail(queue.DropTailConfig{Packets: 1 << 17}) }

func link(rate bottleneck.Rate) *bottleneck.Link {
	return bottleneck.New(bottleneck.Config{Rate: rate, Queue: endless()})
}

const ms = netem.True(time.Millisecond)

func TestLinkSendsOneAfterTheOther(t *testing.T) {
	l := link(bottleneck.Constant(10 * units.Mbps))
	l.Admit(5*ms, train(1250, 3)) // 1 ms each
	want := []event{{6 * ms, 0, 0, 0}, {7 * ms, 1, 0, time.Millisecond}, {8 * ms, 2, 0, 2 * time.Millisecond}}
	if d := cmp.Diff(want, drain(l)); d != "" {
		t.Error(d)
	}
	// After a pause it begins afresh.
	l.Admit(20*ms, train(1250, 1))
	if d := cmp.Diff([]event{{21 * ms, 0, 0, 0}}, drain(l)); d != "" {
		t.Error(d)
	}
}

// A packet is there at the first whole nanosecond at which the rate has carried it, and no rounding adds up: 3 Mbit/s take
// 266,666 2/3 ns for 100 bytes.
func TestLinkRoundsEachInstantOnce(t *testing.T) {
	l := link(bottleneck.Constant(3 * units.Mbps))
	l.Admit(0, train(100, 6))
	var got []netem.True
	for _, e := range drain(l) {
		got = append(got, e.At)
	}
	if d := cmp.Diff([]netem.True{266_667, 533_334, 800_000, 1_066_667, 1_333_334, 1_600_000}, got); d != "" {
		t.Error(d)
	}
}

// A day without a pause at an awkward rate ends on the nanosecond that long division says.
func TestLinkDoesNotDriftInADay(t *testing.T) {
	const rate, size = 99_999_989, 1_000_003 // bytes: large packets make the day short
	l := link(bottleneck.Constant(rate))
	var last netem.True
	var out []netem.Packet
	count := int64(0)
	l.Admit(0, train(size, 2))
	for one := train(size, 1); last < netem.True(24*time.Hour); {
		last = l.Next()
		out = l.Deliver(last, out[:0])
		count += int64(len(out))
		l.Admit(last, one) // another is under way: it is never idle
	}
	want := new(big.Int).Mul(big.NewInt(count*size*8), big.NewInt(1e9))
	want.Add(want, big.NewInt(rate-1)).Div(want, big.NewInt(rate))
	if !want.IsInt64() || last != netem.True(want.Int64()) {
		t.Errorf("packet %d through at %d, want %v", count, last, want)
	}
}

// plan draws steps of a rate that never ends for good.
func plan(t *rapid.T) bottleneck.Steps {
	var s bottleneck.Steps
	at := time.Duration(0)
	for range rapid.IntRange(1, 8).Draw(t, "steps") {
		rate := rapid.SampledFrom([]units.Bitrate{0, 0, 7, 9_999, 1_000_003, 100 * units.Mbps, 400 * units.Gbps}).Draw(t, "rate")
		s.List = append(s.List, bottleneck.Step{At: at, Rate: rate})
		at += time.Duration(rapid.Int64Range(1, 3e6).Draw(t, "length"))
	}
	s.List = append(s.List, bottleneck.Step{At: at, Rate: 12_345_678})
	if rapid.Bool().Draw(t, "loops") {
		s.Round = at + time.Duration(rapid.Int64Range(1e6, 5e6).Draw(t, "tail"))
	}
	return s
}

// fluid says, by fractions of any length, when the k-th of the packets of one busy time is through.
func fluid(rate bottleneck.Rate, sizes []int32) (through []netem.True) {
	at := new(big.Rat)
	whole := func() netem.True { // the least instant at or after at
		n := new(big.Int).Add(at.Num(), new(big.Int).Sub(at.Denom(), big.NewInt(1)))
		return netem.True(n.Div(n, at.Denom()).Int64())
	}
	for _, size := range sizes {
		work := new(big.Rat).SetInt64(int64(size) * 8e9)
		for {
			floor := netem.True(new(big.Int).Div(at.Num(), at.Denom()).Int64())
			bps, until := rate.At(floor)
			if bps > 0 {
				took := new(big.Rat).Quo(work, new(big.Rat).SetInt64(int64(bps)))
				end := new(big.Rat).Add(at, took)
				if until == netem.Never || end.Cmp(new(big.Rat).SetInt64(int64(until))) <= 0 {
					at = end
					break
				}
				passed := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(until)), at)
				work.Sub(work, passed.Mul(passed, new(big.Rat).SetInt64(int64(bps))))
			}
			at = new(big.Rat).SetInt64(int64(until))
		}
		through = append(through, whole())
	}
	return through
}

// Whatever the rate does, the link does what exact arithmetic says.
func TestLinkIsExactAcrossRates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := plan(t)
		if err := steps.Validate(); err != nil {
			t.Fatal(err)
		}
		sizes := rapid.SliceOfN(rapid.Int32Range(29, 1500), 1, 40).Draw(t, "sizes")
		var packets []netem.Packet
		for i, size := range sizes {
			packets = append(packets, netem.Packet{ID: uint32(i), Size: size})
		}
		l := link(steps)
		l.Admit(0, packets)
		var got []netem.True
		for _, e := range drain(l) {
			got = append(got, e.At)
		}
		if d := cmp.Diff(fluid(steps, sizes), got); d != "" {
			t.Fatalf("%+v\n%s", steps, d)
		}
	})
}

func TestLinkStalls(t *testing.T) {
	l := link(bottleneck.Steps{List: []bottleneck.Step{{Rate: 10 * units.Mbps}, {At: 1500 * time.Microsecond}, {At: time.Second, Rate: units.Mbps}}})
	l.Admit(0, train(1250, 3))
	// Half of the second packet passes before the stall, the other half ten times more slowly after it.
	want := []event{{ms, 0, 0, 0}, {1005 * ms, 1, 0, time.Millisecond}, {1015 * ms, 2, 0, 1005 * time.Millisecond}}
	if d := cmp.Diff(want, drain(l)); d != "" {
		t.Error(d)
	}
}

// A link that stalls for good keeps what it has, asks for nothing, and its queue overflows.
func TestLinkStallsForGood(t *testing.T) {
	steps := bottleneck.Steps{List: []bottleneck.Step{{Rate: 10 * units.Mbps}, {At: time.Millisecond}}}
	l := bottleneck.New(bottleneck.Config{Rate: steps, Queue: queue.NewDropTail(queue.DropTailConfig{Packets: 1})})
	l.Admit(2*ms, train(1250, 3))
	if d := cmp.Diff([]event{{2 * ms, 2, netem.Overflow, 0}}, until(l, 1000*ms)); d != "" {
		t.Error(d)
	}
	if l.Next() != netem.Never {
		t.Errorf("next %d, want never", l.Next())
	}
}

// A rate of many short stalls is walked in bounded steps, and the packet still leaves when it should.
func TestLinkCrossesThousandsOfChanges(t *testing.T) {
	steps := bottleneck.Steps{List: []bottleneck.Step{{}, {At: 999, Rate: 8 * units.Mbps}}, Round: 1000} // 1 ns in 1,000
	l := link(steps)
	l.Admit(0, train(100, 1)) // 100 µs at full rate
	if d := cmp.Diff([]event{{100_000_000, 0, 0, 0}}, drain(l)); d != "" {
		t.Error(d)
	}
}

func TestLinkTellsItsState(t *testing.T) {
	l := link(bottleneck.Steps{List: []bottleneck.Step{{Rate: 10 * units.Mbps}, {At: 10 * time.Millisecond}, {At: 20 * time.Millisecond, Rate: units.Mbps}}})
	for _, c := range []struct {
		now  netem.True
		want float64
	}{{0, 10e6}, {10*ms - 1, 10e6}, {10 * ms, 0}, {20 * ms, 1e6}, {5 * ms, 10e6}} {
		if got := l.Capacity(c.now, netem.Down); got != c.want {
			t.Errorf("capacity at %d: %v, want %v", c.now, got, c.want)
		}
	}
	if got := l.Backlog(0, netem.Down); got != 0 {
		t.Errorf("backlog of an idle link: %v", got)
	}
	l.Admit(0, train(1250, 5))
	if got := l.Backlog(0, netem.Up); got != 5*time.Millisecond {
		t.Errorf("backlog %v, want 5ms", got)
	}
	until(l, 2*ms)
	if got := l.Backlog(2*ms+500_000, netem.Down); got != 2500*time.Microsecond {
		t.Errorf("backlog %v, want 2.5ms", got)
	}
}

func TestLinkTellsWhatItsQueueDropped(t *testing.T) {
	l := bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(10 * units.Mbps), Queue: queue.NewDropTail(queue.DropTailConfig{Packets: 2})})
	l.Admit(3*ms, train(1250, 5))
	if l.Next() != 3*ms {
		t.Errorf("next %d, want at once", l.Next())
	}
	want := []event{
		{3 * ms, 3, netem.Overflow, 0},
		{3 * ms, 4, netem.Overflow, 0},
		{4 * ms, 0, 0, 0},
		{5 * ms, 1, 0, time.Millisecond},
		{6 * ms, 2, 0, 2 * time.Millisecond},
	}
	if d := cmp.Diff(want, drain(l)); d != "" {
		t.Error(d)
	}
}

func TestConfigRefuses(t *testing.T) {
	step := func(at time.Duration, rate units.Bitrate) bottleneck.Step { return bottleneck.Step{At: at, Rate: rate} }
	for name, c := range map[string]bottleneck.Rate{
		"no rate":         nil,
		"zero":            bottleneck.Constant(0),
		"negative":        bottleneck.Constant(-1),
		"absurd":          bottleneck.Constant(math.MaxInt64),
		"no steps":        bottleneck.Steps{},
		"late first step": bottleneck.Steps{List: []bottleneck.Step{step(1, 1)}},
		"out of order":    bottleneck.Steps{List: []bottleneck.Step{step(0, 1), step(5, 1), step(5, 2)}},
		"negative step":   bottleneck.Steps{List: []bottleneck.Step{step(0, 1), step(5, -1)}},
		"dead":            bottleneck.Steps{List: []bottleneck.Step{step(0, 0), step(5, 0)}},
		"short round":     bottleneck.Steps{List: []bottleneck.Step{step(0, 1), step(5, 0)}, Round: 5},
		"negative round":  bottleneck.Steps{List: []bottleneck.Step{step(0, 1)}, Round: -1},
	} {
		if err := (bottleneck.Config{Rate: c, Queue: endless()}).Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := (bottleneck.Config{Rate: bottleneck.Constant(1)}).Validate(); err == nil {
		t.Error("no queue: accepted")
	}
	if err := (bottleneck.PulsedConfig{}).Validate(); err == nil {
		t.Error("no schedule: accepted")
	}
}

func TestStepsLoop(t *testing.T) {
	s := bottleneck.Steps{List: []bottleneck.Step{{Rate: 1}, {At: 4, Rate: 2}, {At: 6, Rate: 3}}, Round: 10}
	for _, c := range []struct {
		at    netem.True
		rate  units.Bitrate
		until netem.True
	}{{0, 1, 4}, {3, 1, 4}, {4, 2, 6}, {9, 3, 10}, {10, 1, 14}, {1_000_005, 2, 1_000_006}, {1_000_009, 3, 1_000_010}} {
		if rate, until := s.At(c.at); rate != c.rate || until != c.until {
			t.Errorf("At(%d) = %d until %d, want %d until %d", c.at, rate, until, c.rate, c.until)
		}
	}
	s.Round = 0
	if rate, until := s.At(1_000_005); rate != 3 || until != netem.Never {
		t.Errorf("At(1000005) = %d until %d, want 3 for ever", rate, until)
	}
}
