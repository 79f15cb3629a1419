package loopback

import (
	"context"
	"slices"
	"time"

	"airbridge/transport"
	"airbridge/units"
)

// probeEvery is how often the machine's mood is felt: often enough to notice what lasts a millisecond, seldom enough to
// change nothing.
const probeEvery = 3 * time.Millisecond

// A machine is quiet where a pump that did nothing would have been late by more than a millisecond less than once in a
// thousand times, and never by a slot's half. The fitted tables have 0.1 % above 0.3 to 1 ms.
const (
	stall     = time.Millisecond
	stallMost = 7 * time.Millisecond
	stalls    = 0.001
)

// Mood is how late the system woke a thread that did nothing else, of the pumps' class, during a run.
type Mood struct {
	// LateP50, LateP99 and LateMax sum the lateness up.
	LateP50, LateP99, LateMax time.Duration
	// Stalls is the share of wake-ups that were more than a millisecond late.
	Stalls float64
}

// Quiet says whether the tails of such a run mean something.
func (m *Mood) Quiet() bool { return m.Stalls <= stalls && m.LateMax <= stallMost }

// mood sums lateness up; it sorts the slice.
func mood(late []time.Duration) (m Mood) {
	if len(late) == 0 {
		return Mood{Stalls: 1} // nobody knows
	}
	slices.Sort(late)
	n := len(late)
	m.LateP50, m.LateP99, m.LateMax = late[n/2], late[n*99/100], late[n-1]
	at, _ := slices.BinarySearch(late, stall)
	m.Stalls = float64(n-at) / float64(n)
	return m
}

// probe feels the machine's mood, on a goroutine of its own, until it is ended.
type probe struct {
	cancel context.CancelFunc
	done   chan []time.Duration
}

func startProbe(ctx context.Context, realtime bool) *probe {
	ctx, cancel := context.WithCancel(ctx)
	p := &probe{cancel, make(chan []time.Duration, 1)}
	go func() { p.done <- feel(ctx, realtime) }()
	return p
}

// end ends the probe and waits for it.
func (p *probe) end() Mood {
	p.cancel()
	return mood(<-p.done)
}

// feel sleeps again and again and notes how late it wakes.
func feel(ctx context.Context, realtime bool) (late []time.Duration) {
	clock := transport.NewClock()
	s := transport.NewSleeper(ctx, clock, transport.SleeperConfig{Realtime: realtime})
	defer s.Release()
	for next := units.Mono(0); ; {
		next = max(next, clock.Now()).Add(probeEvery)
		if s.SleepUntil(next) != nil {
			return late
		}
		late = append(late, clock.Now().Sub(next))
	}
}
