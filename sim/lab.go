package sim

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/netem"
	"airbridge/reports/series"
	"airbridge/sim/event"
	"airbridge/streamer/control/latency"
)

// settle is how long after its time a run waits for the sessions to say goodbye.
const settle = 5 * time.Second

// sampleEvery is how often the link's state is sampled.
const sampleEvery = 100 * time.Millisecond

// Lab is the event lab with a scenario in it. It is not safe for concurrent use.
type Lab struct {
	*Assembly
	world *event.World
	flows []flow
	gauge netem.Gauge // nil where the link cannot tell
	next  netem.True  // when the link is sampled next
}

// Options are what a run does beside itself. They change nothing in it.
type Options struct {
	// Tap sees every packet on both sides of the link; nil for none.
	Tap event.Tap
	// Series keeps what happens over time, about 1.3 MB a session.
	Series bool
}

// flow is what is known of the packets to a session's client.
type flow struct {
	fates    [netem.Fates]int64
	queued   quantile.Histogram[time.Duration]
	capacity float64 // sum of samples, bit/s
	samples  int64
	limited  int64              // samples at which the link had a rate
	series   *series.Series     // nil where nobody wants it
	margin   latency.Controller // of the session's streamer
	target   int64              // of its encoder, bit/s
}

// New returns a lab that is about to begin.
func New(s Scenario, o Options) (*Lab, error) {
	l := &Lab{}
	for range s.withDefaults().Sessions {
		l.flows = append(l.flows, flow{})
	}
	if o.Series {
		l.observe(&s)
	}
	a, err := Assemble(s)
	if err != nil {
		return nil, err
	}
	l.Assembly = a
	l.gauge, _ = a.Medium.(netem.Gauge)
	var ends []*event.End
	for i, p := range a.Pairs {
		v := &a.Scenario.Sessions[i]
		l.flows[i].margin = p.margin
		ends = append(ends, p.end(&p.Streamer, i, netem.Down, v), p.end(&p.Client, i, netem.Up, v))
	}
	l.world = event.New(a.Medium, o.Tap, ends...)
	l.world.OnPacket(l.count)
	return l, nil
}

func (p *Pair) end(d *Side, i int, dir netem.Dir, v *Session) *event.End {
	return &event.End{
		Machine: d.Host, Clock: d.Clock, Addr: d.Addr, Flow: uint16(i), Dir: dir, ECN: v.ECN,
		Starts: netem.True(v.Starts), Requests: p.Requests(dir),
	}
}

// count takes a packet that came out of the link.
func (l *Lab) count(at netem.True, p netem.Packet) {
	if p.Dir != netem.Down {
		return
	}
	f := &l.flows[p.Flow]
	f.fates[p.Fate]++
	if p.Fate == netem.Arrived {
		f.queued.Record(p.Queued)
	}
	if f.series != nil {
		f.out(time.Duration(at), p)
	}
}

// Counts returns how many packets passed so far, of all sessions.
func (l *Lab) Counts() *event.Counts { return l.world.Counts() }

// Now returns how much time has passed in the lab.
func (l *Lab) Now() time.Duration { return time.Duration(l.world.Now()) }

// Run lets time pass until at. It returns false once everything has ended.
func (l *Lab) Run(at time.Duration) bool {
	end := netem.True(l.Scenario.Duration + settle)
	for t := netem.True(at); l.world.Now() < min(t, end); {
		if l.next <= l.world.Now() {
			l.sample()
		}
		l.world.Run(min(t, end, l.next))
		if l.ended() {
			return false
		}
	}
	return l.world.Now() < end
}

func (l *Lab) ended() bool {
	for _, p := range l.Pairs {
		if !p.Ended() {
			return false
		}
	}
	return true
}

// sample looks at the link.
func (l *Lab) sample() {
	now := l.world.Now()
	l.next = now.Add(sampleEvery)
	if l.gauge == nil {
		return
	}
	capacity := l.gauge.Capacity(now, netem.Down)
	for i := range l.flows {
		f := &l.flows[i]
		f.samples++
		f.capacity += capacity
		if capacity > 0 {
			f.limited++
		}
		f.gauge(time.Duration(now), capacity, l.gauge.Backlog(now, netem.Down))
	}
}
