package wake

import (
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"
)

// listener notes when the core was handed what, and sets one deadline after the other.
type listener struct {
	arrived, handed []units.Mono
	deadline        units.Mono
	ticks           []time.Duration // how late each was
}

func (l *listener) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	l.arrived, l.handed = append(l.arrived, in.(*machine.Datagram).At), append(l.handed, now)
}

func (l *listener) Deadline() units.Mono { return l.deadline }

func (l *listener) Tick(now units.Mono, _ machine.Output) {
	l.ticks = append(l.ticks, now.Sub(l.deadline))
	l.deadline = now.Add(time.Millisecond)
}

// Trains of datagrams reach the core in batches that grow with the latency, each with its own arrival; ticks are late.
func TestBatchesFollowFromLatency(t *testing.T) {
	const trains, cars, gap = 500, 20, 10 * time.Microsecond
	turns := map[string]int{}
	for _, name := range []string{"ideal", "pc", "headset"} {
		core := &listener{deadline: 1}
		h := host.New(host.Config{Machine: core, Wake: New(Config{Profile: profiles()[name], Seed: 3, Name: name})})
		var now units.Mono
		runTo := func(end units.Mono) {
			for h.Deadline() <= end {
				now = max(now, h.Deadline())
				h.Tick(now, nil)
			}
			now = end
		}
		for range trains {
			runTo(now.Add(14 * time.Millisecond))
			for range cars {
				runTo(now.Add(gap))
				h.Handle(now, &machine.Datagram{At: now}, nil)
			}
		}
		runTo(now.Add(time.Second))
		if len(core.handed) != trains*cars {
			t.Fatalf("%s: %d of %d datagrams were handed over", name, len(core.handed), trains*cars)
		}
		var late time.Duration
		for i, at := range core.handed {
			if at < core.arrived[i] || i > 0 && core.arrived[i] <= core.arrived[i-1] {
				t.Fatalf("%s: datagram %d arrived at %d and was handed over at %d", name, i, core.arrived[i], at)
			}
			if i == 0 || at != core.handed[i-1] {
				turns[name]++
			}
		}
		for _, l := range core.ticks {
			late += l
		}
		if mean := late / time.Duration(len(core.ticks)); (mean > 0) != (name != "ideal") {
			t.Errorf("%s: ticks are %v late", name, mean)
		}
	}
	if turns["ideal"] != trains*cars || turns["pc"] >= turns["ideal"]*2/3 || turns["headset"] >= turns["pc"] {
		t.Errorf("turns %v, want one a datagram, then fewer and fewer", turns)
	}
}
