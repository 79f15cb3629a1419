package statistics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func Example() {
	sum := NewAggregate(time.Second / 72)
	clock := NewOffset(0, 100*time.Microsecond)
	history := NewHistory(0, func(f *Frame) { sum.Add(f, clock) })

	history.PoseReceived(2e6, 1, 0) // sampled at 0 on the client's clock
	history.RenderStarted(3e6, 1)
	history.Rendered(8e6, 1, 1, 1)
	history.Encoded(14e6, 1, 52_000, true)
	history.Sent(15e6, 1)
	history.Resolve(wire.Report{Frame: 1, Outcome: wire.Displayed, Sent: SentStamp(15e6), Received: 17e6, Displayed: 20e6})

	fmt.Println(sum.Displayed, sum.MotionToPhoton.Max(), sum.Stages[Encode].Max(), sum.Check())
	// Output: 1 37ms 6ms <nil>
}

// ended is orderly frame id with another end.
func ended(id units.FrameID, o wire.Outcome) *Frame {
	f := orderly(id)
	f.Outcome = o
	switch o {
	case wire.Late:
		f.Report.Margin = -2 * time.Millisecond
	case wire.Lost:
		f.Report = wire.Report{}
	case wire.Skipped:
		f.Report, f.Bytes, f.Encoded, f.Paced, f.Sent, f.LastSent = wire.Report{}, 0, Unset, Unset, Unset, Unset
	}
	return &f
}

func shownLate(id units.FrameID, margin time.Duration) *Frame {
	f := ended(id, wire.Late)
	f.Report.ShownLate, f.Report.Margin = true, margin
	return f
}

func inSlot(f *Frame, s units.SlotID) *Frame {
	f.Slot = s
	return f
}

func TestOutcomesAreCountedAndEveryFrameIsInTheStatistics(t *testing.T) {
	a := NewAggregate(interval)
	for id := units.FrameID(1); id <= 10; id++ {
		a.Add(ended(id, []wire.Outcome{wire.Displayed, wire.Late, wire.Replaced, wire.Lost, wire.Skipped}[id%5]), NewOffset(0, 0))
	}
	a.Add(shownLate(11, -1e6), NewOffset(0, 0))
	if a.Rendered != 11 || a.Displayed != 2 || a.Late != 3 || a.Replaced != 2 || a.Lost != 2 || a.Skipped != 2 || a.ShownLate != 1 {
		t.Errorf("counts %d = %d + %d + %d + %d + %d, %d shown late", a.Rendered, a.Displayed, a.Late, a.Replaced, a.Lost, a.Skipped, a.ShownLate)
	}
	for s, want := range map[Stage]int64{Uplink: 11, Render: 11, Encode: 9, Pace: 9, Network: 7, Recover: 7, Decode: 7, SlotWait: 3, Scanout: 3} {
		if got := a.AllStages[s].Count(); got != want {
			t.Errorf("stage %v of %d frames, want %d", s, got, want)
		}
		if got := a.Stages[s].Count(); got != 3 {
			t.Errorf("stage %v of %d shown frames, want 3", s, got)
		}
	}
	if a.Margin.Count() != 5 || a.Margin.Min() != -2*time.Millisecond || a.Bytes != 9*50_000 {
		t.Errorf("%d margins from %v, %d bytes", a.Margin.Count(), a.Margin.Min(), a.Bytes)
	}
	if a.Overhead.Max() != 9*time.Millisecond {
		t.Errorf("overhead %v, want 9 ms", a.Overhead.Max())
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
}

func TestMisses(t *testing.T) {
	d, late, lost, skipped, replaced := wire.Displayed, wire.Late, wire.Lost, wire.Skipped, wire.Replaced
	for name, c := range map[string]struct {
		frames []*Frame
		want   int64
	}{
		"none":                             {[]*Frame{ended(1, d), ended(2, d)}, 0},
		"late, lost, skipped":              {[]*Frame{ended(1, d), ended(2, late), ended(3, lost), ended(4, skipped)}, 3},
		"replaced and nothing in its slot": {[]*Frame{ended(1, d), ended(2, replaced), ended(3, d)}, 1},
		"replaced by a frame for its slot": {[]*Frame{inSlot(ended(1, replaced), 5), inSlot(ended(2, d), 5)}, 0},
		"two lost for one slot":            {[]*Frame{inSlot(ended(1, lost), 5), inSlot(ended(2, lost), 5)}, 1},
		"lost after one was displayed":     {[]*Frame{inSlot(ended(1, d), 5), inSlot(ended(2, lost), 5)}, 0},
		"half rate, none for odd slots":    {[]*Frame{inSlot(ended(1, d), 2), inSlot(ended(2, d), 4)}, 0},
		"all one slot late":                {[]*Frame{shownLate(1, -1), shownLate(2, -1), shownLate(3, -1)}, 1},
		"two slots late":                   {[]*Frame{shownLate(1, -interval-1), ended(2, late), ended(3, late)}, 2},
		"shown two slots later":            {[]*Frame{shownLate(1, -interval-1), inSlot(ended(2, lost), 3)}, 1},
		"shown late in a slot of its own":  {[]*Frame{inSlot(shownLate(1, -1), 2), inSlot(ended(2, d), 4), inSlot(ended(3, lost), 6)}, 2},
		"shown late very much":             {[]*Frame{shownLate(1, -time.Minute), ended(2, lost), inSlot(ended(3, lost), 5000)}, 3},
		"without slots":                    {[]*Frame{inSlot(ended(1, d), 0), inSlot(ended(2, lost), 0), inSlot(ended(3, lost), 0)}, 2},
	} {
		a := NewAggregate(interval)
		for _, f := range c.frames {
			a.Add(f, NewOffset(0, 0))
		}
		if a.Missed != c.want {
			t.Errorf("%s: %d misses, want %d", name, a.Missed, c.want)
		}
	}
}

func TestFreezes(t *testing.T) {
	for name, c := range map[string]struct {
		interval time.Duration
		// at is when frames were shown, in ms; -1 is a pause.
		at      []int64
		end     int64
		count   int64
		longest time.Duration
	}{
		"steady":                         {interval, []int64{0, 14, 28}, 40, 0, 0},
		"a gap of 150 ms is none":        {interval, []int64{0, 150}, 160, 0, 0},
		"above it is one":                {interval, []int64{0, 151}, 160, 1, 151 * time.Millisecond},
		"three intervals at low rates":   {time.Second / 10, []int64{0, 300, 601}, 700, 1, 301 * time.Millisecond},
		"two":                            {interval, []int64{0, 200, 210, 1210}, 1300, 2, time.Second},
		"to the end":                     {interval, []int64{0, 14}, 2014, 1, 2 * time.Second},
		"the headset was off":            {interval, []int64{0, -1, 5000, 5014}, 5020, 0, 0},
		"reported twice is no step back": {interval, []int64{0, 100, 50, 201}, 210, 0, 0},
	} {
		a := NewAggregate(c.interval)
		for i, ms := range c.at {
			if ms < 0 {
				a.Pause()
				continue
			}
			f := orderly(units.FrameID(i + 1))
			f.Report.Displayed = time.Duration(ms)*time.Millisecond + time.Second - time.Duration(f.Report.Received)
			a.Add(&f, NewOffset(0, 0))
		}
		a.Finish(units.Mono(1e9+c.end*1e6), NewOffset(0, 0))
		if a.Freezes != c.count || a.LongestFreeze != c.longest {
			t.Errorf("%s: %d freezes up to %v, want %d up to %v", name, a.Freezes, a.LongestFreeze, c.count, c.longest)
		}
	}
}

func TestRunThatShowsNothingIsOneFreeze(t *testing.T) {
	a := NewAggregate(interval)
	for id := units.FrameID(1); id <= 72; id++ {
		a.Add(ended(id, wire.Lost), Offset{})
	}
	first := ended(1, wire.Lost).Rendered
	a.Finish(first.Add(5*time.Second), Offset{})
	if a.Freezes != 1 || a.LongestFreeze != 5*time.Second {
		t.Errorf("%d freezes up to %v, want one of 5 s", a.Freezes, a.LongestFreeze)
	}
	empty := NewAggregate(interval)
	if empty.Finish(0, Offset{}); empty.Freezes != 0 || empty.Bitrate.Count() != 0 {
		t.Error("a run without frames froze")
	}
}

func TestBitrateIsOfWholeSeconds(t *testing.T) {
	a := NewAggregate(interval)
	add := func(id units.FrameID, at time.Duration, n units.ByteCount) {
		f := ended(id, wire.Lost)
		f.Rendered, f.Bytes = units.Mono(at), n
		a.Add(f, Offset{})
	}
	add(1, 10*time.Second, 1000)
	add(2, 10*time.Second+999*time.Millisecond, 250)
	add(3, 11*time.Second, 500)
	add(4, 14*time.Second, 125)
	a.Finish(units.Mono(15*time.Second-1), Offset{})
	// Seconds from 10 to 13 are whole: 10 000, 4000, 0, 0 bit.
	if got := a.Bitrate.Count(); got != 4 || a.Bitrate.Sum() != 14_000 || a.Bitrate.Max() != 10_000 || a.Bitrate.Min() != 0 {
		t.Errorf("%d seconds, sum %d, max %d, want 4, 14000, 10000", got, a.Bitrate.Sum(), a.Bitrate.Max())
	}
	a.Finish(units.Mono(15*time.Second), Offset{})
	if a.Bitrate.Count() != 5 || a.Bitrate.Sum() != 15_000 {
		t.Errorf("%d seconds, sum %d, want the last second too", a.Bitrate.Count(), a.Bitrate.Sum())
	}
}

func TestUnbelievableStampsAreCountedAndNotTimed(t *testing.T) {
	for name, change := range map[string]func(*Frame){
		"lit before it was sampled": func(f *Frame) { f.Report.Received = f.PoseSampled - 1e9 },
		"received in a year":        func(f *Frame) { f.Report.Received += 365 * 86400e9 },
		"received at the last":      func(f *Frame) { f.Report.Received = math.MaxInt64 },
		"sampled at the first":      func(f *Frame) { f.PoseSampled = math.MinInt64 },
	} {
		a := NewAggregate(interval)
		f := orderly(1)
		change(&f)
		a.Add(&f, NewOffset(0, 0))
		next := orderly(2)
		a.Add(&next, NewOffset(0, 0))
		if a.Untimed != 1 || a.MotionToPhoton.Count() != 1 || a.Displayed != 2 || a.Freezes != 0 {
			t.Errorf("%s: %d untimed, %d timed, %d freezes", name, a.Untimed, a.MotionToPhoton.Count(), a.Freezes)
		}
		if err := a.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := NewAggregate(interval)
	f := orderly(1)
	if a.Add(&f, Offset{}); a.Untimed != 1 || a.MotionToPhoton.Count() != 0 {
		t.Error("a frame was timed before the first ping came back")
	}
}

// random adds n frames of every kind.
func random(a *Aggregate, r *rand.Rand, from, n units.FrameID) {
	for id := from; id < from+n; id++ {
		f := ended(id, wire.Displayed+wire.Outcome(r.IntN(5)))
		f.Encoded += units.Mono(r.Int64N(9e6))
		f.Report.ShownLate = f.Outcome == wire.Late && r.IntN(2) == 0
		f.Posed = r.IntN(20) > 0
		a.Add(f, NewOffset(time.Duration(r.Int64N(4e6)-2e6), 2e6))
	}
}

func TestMergeEqualsOneLongRun(t *testing.T) {
	both, first, second := NewAggregate(interval), NewAggregate(interval), NewAggregate(interval)
	random(both, rand.New(rand.NewPCG(1, 1)), 1, 5000)
	r := rand.New(rand.NewPCG(1, 1))
	random(first, r, 1, 2500)
	random(second, r, 2501, 2500)
	first.Merge(second)
	// What is counted between two frames is not counted between two shards.
	for _, a := range []*Aggregate{both, first} {
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		a.Bitrate.Reset()
		a.Missed, a.Freezes, a.LongestFreeze = 0, 0, 0
	}
	want, err := json.Marshal(both)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	var read Aggregate
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(&read); string(again) != string(got) {
		t.Error("a shard does not survive a round trip as text")
	}
}

func TestMergeAddsMissesFreezesAndSeconds(t *testing.T) {
	a, b := NewAggregate(interval), NewAggregate(interval)
	for i, x := range []*Aggregate{a, b} {
		x.Add(ended(1, wire.Displayed), NewOffset(0, 0))
		x.Add(ended(200, wire.Displayed), NewOffset(0, 0))
		x.Add(ended(201, wire.Lost), NewOffset(0, 0))
		x.LongestFreeze += time.Duration(i) * time.Second
	}
	want := a.Bitrate.Count() + b.Bitrate.Count()
	longest := b.LongestFreeze
	a.Merge(b)
	if a.Missed != 2 || a.Freezes != 2 || a.LongestFreeze != longest || a.Bitrate.Count() != want {
		t.Errorf("%d misses, %d freezes up to %v, %d seconds", a.Missed, a.Freezes, a.LongestFreeze, a.Bitrate.Count())
	}
}

func TestCheckFindsContradictions(t *testing.T) {
	for name, spoil := range map[string]func(*Aggregate){
		"a frame without outcome":      func(a *Aggregate) { a.Rendered++ },
		"a frame with two":             func(a *Aggregate) { a.Lost++ },
		"shown late but not late":      func(a *Aggregate) { a.ShownLate++ },
		"timed but not shown":          func(a *Aggregate) { a.MotionToPhoton.RecordN(1, 99) },
		"a stage without its frame":    func(a *Aggregate) { a.Stages[Decode].Record(0) },
		"stages that do not add up":    func(a *Aggregate) { a.Stages[Decode].Reset(); a.Stages[Decode].RecordN(1, 10) },
		"motion-to-photon of too few ": func(a *Aggregate) { a.MotionToPhoton.Reset() },
	} {
		a := NewAggregate(interval)
		for id := units.FrameID(1); id <= 10; id++ {
			a.Add(ended(id, wire.Displayed), NewOffset(0, 0))
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		if spoil(a); a.Check() == nil {
			t.Errorf("Check does not find %s", name)
		}
	}
}

func TestOurOwnMistakesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"no interval": func() { NewAggregate(0) },
		"no outcome":  func() { NewAggregate(interval).Add(ended(1, 0), Offset{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}
