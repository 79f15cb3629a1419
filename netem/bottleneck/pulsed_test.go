package bottleneck_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/units"
)

// pulses is a list of opportunities; several at one instant must be one.
type pulses []pulse

type pulse struct {
	at    netem.True
	bytes int64
}

func (s pulses) First(t netem.True) (netem.True, int64) {
	for _, p := range s {
		if p.at >= t {
			return p.at, p.bytes
		}
	}
	return netem.Never, 0
}

func (s pulses) Rate(netem.True) units.Bitrate { return 12 * units.Mbps }

func pulsed(s bottleneck.Schedule) *bottleneck.Pulsed {
	return bottleneck.NewPulsed(bottleneck.PulsedConfig{Schedule: s, Queue: endless()})
}

func TestPulsedFillsOpportunities(t *testing.T) {
	l := pulsed(pulses{{ms, 1500}, {2 * ms, 1500}, {3 * ms, 1500}, {4 * ms, 4500}, {9 * ms, 1500}})
	l.Admit(0, train(1000, 3)) // two whole ones need 2000 bytes: the second ends in the second opportunity
	l.Admit(0, train(500, 1))
	wait := func(n netem.True) time.Duration { return time.Duration(n * ms) }
	want := []event{{ms, 0, 0, wait(1)}, {2 * ms, 1, 0, wait(1)}, {2 * ms, 2, 0, wait(2)}, {3 * ms, 0, 0, wait(3)}}
	if d := cmp.Diff(want, drain(l)); d != "" {
		t.Error(d)
	}
}

// What nobody uses is lost, also the rest of an opportunity whose queue ran empty at its very instant.
func TestPulsedLosesWhatIsNotUsed(t *testing.T) {
	l := pulsed(pulses{{ms, 1500}, {2 * ms, 1500}, {7 * ms, 1500}, {8 * ms, 1500}})
	l.Admit(ms, train(100, 1))
	got := until(l, ms)
	l.Admit(ms, train(100, 1))
	got = append(got, until(l, 2*ms)...)
	l.Admit(3*ms, train(1501, 1))
	got = append(got, until(l, netem.Never-1)...)
	want := []event{{ms, 0, 0, 0}, {2 * ms, 0, 0, time.Millisecond}, {8 * ms, 0, 0, 4 * time.Millisecond}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestPulsedEnds(t *testing.T) {
	l := pulsed(pulses{{ms, 1500}})
	l.Admit(0, train(1500, 3))
	if got := until(l, netem.True(time.Hour)); len(got) != 1 {
		t.Errorf("%d packets through one opportunity, want 1", len(got))
	}
	if l.Next() != netem.Never {
		t.Errorf("next %d, want never", l.Next())
	}
	if got, want := l.Backlog(2*ms, netem.Down), 2*time.Millisecond; got != want {
		t.Errorf("backlog %v, want %v", got, want)
	}
	if got := l.Capacity(0, netem.Up); got != 12e6 {
		t.Errorf("capacity %v, want 12e6", got)
	}
}

func TestPulsedDrops(t *testing.T) {
	l := bottleneck.NewPulsed(bottleneck.PulsedConfig{Schedule: pulses{{5 * ms, 9000}}, Queue: queue.NewDropTail(queue.DropTailConfig{Packets: 2})})
	l.Admit(ms, train(500, 3))
	want := []event{{ms, 2, netem.Overflow, 0}, {5 * ms, 0, 0, 4 * time.Millisecond}, {5 * ms, 1, 0, 4 * time.Millisecond}}
	if d := cmp.Diff(want, drain(l)); d != "" {
		t.Error(d)
	}
}
