package sim

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/netem"
	"airbridge/protocol/wire"
	"airbridge/reports/series"
	"airbridge/sim/event"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/statistics"
)

const (
	// settle is how much later than planned sessions may end: a client dials for ten seconds, and a side that hears nothing
	// more is silent for two before it gives up. Besides there is what a clock may be slow by.
	settle = 15 * time.Second
	// lookEvery is how often the lab looks at the link, and whether all is over; a whole number of event.Step.
	lookEvery = 100 * time.Millisecond
	// quiet is for how many looks more a run goes on when all sessions are over: what devices still have under way comes
	// back, so that what is missing then is lost.
	quiet = 2
)

// Lab is the event lab with a scenario in it. It is not safe for concurrent use.
type Lab struct {
	*Assembly
	world *event.World
	flows []flow
	gauge netem.Gauge // nil where the link cannot tell
	next  netem.True  // when the lab looks next
	end   netem.True  // when it stops waiting for sessions to end
	still int         // looks since all sessions are over
	done  bool
}

// Options are what a run does beside itself. They change nothing in it.
type Options struct {
	// Tap sees every packet on both sides of the link; nil for none.
	Tap event.Tap
	// Series keeps what happens over time, about 1.3 MB a session.
	Series bool
}

// flow is what is known of a session's video on its way to the client.
type flow struct {
	fates    [netem.Fates]int64
	queued   quantile.Histogram[time.Duration]
	capacity float64 // sum of samples, bit/s
	samples  int64
	limited  int64              // samples at which the link had a rate
	offset   statistics.Offset  // of the client's clock, as the streamer knew it last
	series   *series.Series     // nil where nobody wants it
	margin   latency.Controller // of the session's streamer
	target   int64              // of its encoder, bit/s
	parity   uint64             // datagrams, as counted in the series
	repaired uint64             // shards, as counted in the series
}

// New returns a lab that is about to begin.
func New(s Scenario, o Options) (*Lab, error) {
	s = s.withDefaults()
	l := &Lab{flows: make([]flow, len(s.Sessions)), next: netem.True(lookEvery)}
	for i := range s.Sessions {
		l.observe(i, &s.Sessions[i], o.Series)
	}
	a, err := Assemble(s)
	if err != nil {
		return nil, err
	}
	l.Assembly = a
	l.end = onStep(netem.True(s.Duration + s.Duration/8 + settle))
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
	if p.Dir != netem.Down || p.DSCP != video {
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

// video is the code point of datagrams of video, and of no others.
var video = wire.KindShard.DSCP()

// Now returns how much time has passed in the lab.
func (l *Lab) Now() time.Duration { return time.Duration(l.world.Now()) }

// Counts returns what passed so far, of all sessions and kinds of packets.
func (l *Lab) Counts() *event.Counts { return l.world.Counts() }

// Run lets time pass until at, rounded up to the grain of event.Step. It returns false once everything has ended; no more
// time passes then. In what steps a run is made changes nothing in it.
func (l *Lab) Run(at time.Duration) bool {
	t := l.end
	if at < time.Duration(l.end) {
		t = onStep(netem.True(at))
	}
	for !l.done && l.world.Now() < t {
		l.world.Run(min(t, l.next))
		if l.world.Now() == l.next {
			l.look()
		}
	}
	l.done = l.done || l.world.Now() >= l.end
	return !l.done
}

// onStep returns the first step that is not before t.
func onStep(t netem.True) netem.True { return (t + event.Step - 1) / event.Step * event.Step }

// look samples the link, and sees whether all is over. It happens at instants that do not depend on how the run is cut
// into pieces.
func (l *Lab) look() {
	now := l.world.Now()
	l.next = now.Add(lookEvery)
	over := true
	for i, p := range l.Pairs {
		over = over && p.over()
		if p.streams() {
			l.sample(now, i)
		}
	}
	if over {
		l.still++
	}
	if l.done = l.still > quiet; l.done {
		for _, p := range l.Pairs {
			p.settled = true
		}
	}
}
