// Package traffic puts cross traffic around a medium: flows of its own that compete with the sessions for the link. A
// Medium admits their packets to the medium inside it, takes them out again when they come out, and passes on
// everything else.
//
// There are steady flows, which do not react to the link, and TCP-like flows with CUBIC (RFC 9438) or Reno (RFC 5681)
// congestion control, endless ones and short files with pauses.
//
// # What the TCP-like flows are
//
// Congestion control is RFC 5681 and RFC 9438 to the letter: slow start from ten segments (RFC 6928), congestion
// avoidance by bytes acknowledged, one reduction a round trip, fast convergence, a retransmission timer (RFC 6298, with
// the 200 ms of Linux as its least). A loss is found where three later packets were acknowledged, also of a repetition, as
// selective acknowledgements with RACK do it. CE marks count as losses do (RFC 3168).
//
// Left out: every packet is acknowledged at once, acknowledgements take a constant time and are never lost, connections
// open without a handshake, files are whole segments, slow start is left by congestion only (no HyStart++), and nothing is
// paced. There is no scalable (L4S) congestion control.
package traffic

import (
	"fmt"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/units"
)

// Medium is a medium shared with cross traffic. It tells of capacity, backlog and disturbances what the one inside tells.
type Medium struct {
	inner netem.Medium
	first uint16
	flows []flow
	due   []netem.True // of each flow
	next  netem.True   // the earliest of them
	train []netem.Packet
}

var (
	_ netem.Medium   = (*Medium)(nil)
	_ netem.Gauge    = (*Medium)(nil)
	_ netem.Narrator = (*Medium)(nil)
)

// flow is one flow of cross traffic.
type flow interface {
	// step does what is due at now and appends the packets to send; their Flow is set by the medium.
	step(now netem.True, train []netem.Packet) []netem.Packet
	// arrived takes a packet that came out.
	arrived(now netem.True, p *netem.Packet)
	// wake is when step has to be called next.
	wake() netem.True
	// tell returns its statistics.
	tell() *Flow
}

// New puts traffic around a medium, which belongs to the result from then on. Its random draws come from the streams of
// the seed whose names begin with name.
func New(inner netem.Medium, c Config, seed uint64, name string) (*Medium, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("cross traffic %s: %w", name, err)
	}
	m := &Medium{inner: inner, first: c.FirstFlow}
	if m.first == 0 {
		m.first = netem.FlowOwn
	}
	for i, s := range c.Steady {
		m.flows = append(m.flows, newSteady(s, stream.New(seed, fmt.Sprintf("%s/steady/%d", name, i))))
	}
	for _, b := range c.Bulk {
		m.flows = append(m.flows, newEndless(b))
	}
	for i, s := range c.Short {
		for k := range s.Flows {
			m.flows = append(m.flows, newFiles(s, k, stream.New(seed, fmt.Sprintf("%s/short/%d/%d", name, i, k))))
		}
	}
	m.next = netem.Never
	for _, f := range m.flows {
		m.due = append(m.due, f.wake())
		m.next = min(m.next, f.wake())
	}
	return m, nil
}

// Admit passes packets on.
func (m *Medium) Admit(now netem.True, train []netem.Packet) { m.inner.Admit(now, train) }

// Next returns the earliest of the inner medium's next instant and that of the flows.
func (m *Medium) Next() netem.True { return min(m.next, m.inner.Next()) }

// Deliver delivers what comes out of the inner medium, but for packets of the flows, and lets these send.
func (m *Medium) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	kept := len(into)
	into = m.inner.Deliver(now, into)
	for i := kept; i < len(into); i++ {
		p := &into[i]
		k := int(p.Flow) - int(m.first)
		if k < 0 || k >= len(m.flows) {
			into[kept] = *p
			kept++
			continue
		}
		m.flows[k].arrived(now, p)
		m.due[k] = m.flows[k].wake()
		m.next = min(m.next, m.due[k])
	}
	if m.next <= now {
		m.step(now)
	}
	return into[:kept]
}

// step lets the flows that are due send, in order of their numbers.
func (m *Medium) step(now netem.True) {
	m.next = netem.Never
	for k, f := range m.flows {
		if m.due[k] <= now {
			m.train = f.step(now, m.train[:0])
			for i := range m.train {
				m.train[i].Flow = m.first + uint16(k)
			}
			if len(m.train) > 0 {
				m.inner.Admit(now, m.train)
			}
			m.due[k] = f.wake()
		}
		m.next = min(m.next, m.due[k])
	}
}

// Capacity returns the inner medium's, zero where it cannot tell.
func (m *Medium) Capacity(now netem.True, d netem.Dir) float64 {
	if g, ok := m.inner.(netem.Gauge); ok {
		return g.Capacity(now, d)
	}
	return 0
}

// Backlog returns the inner medium's, zero where it cannot tell. The flows' packets are part of it.
func (m *Medium) Backlog(now netem.True, d netem.Dir) time.Duration {
	if g, ok := m.inner.(netem.Gauge); ok {
		return g.Backlog(now, d)
	}
	return 0
}

// Spans appends the inner medium's disturbances.
func (m *Medium) Spans(from, to netem.True, into []netem.Span) []netem.Span {
	if n, ok := m.inner.(netem.Narrator); ok {
		return n.Spans(from, to, into)
	}
	return into
}

// Flow is what became of a flow so far.
type Flow struct {
	// Name and Dir are the configured ones; Number is the flow's in its packets.
	Name   string
	Dir    netem.Dir
	Number uint16
	// Sent, Arrived and Lost count its packets, repetitions included; Marked those that arrived with CE.
	Sent, Arrived, Lost, Marked int64
	// Goodput is the bytes that arrived: all of a steady flow's, the payload of a TCP-like one as far as it was
	// acknowledged, each once.
	Goodput units.ByteCount
	// Repeated counts retransmissions, Reductions the answers to congestion, Timeouts those among them that the timer
	// made.
	Repeated, Reductions, Timeouts int64
	// Files counts files that are through, FileTime is how long they took together.
	Files    int64
	FileTime time.Duration
	// Window is the congestion window in bytes, RTT the smoothed round trip.
	Window units.ByteCount
	RTT    time.Duration
}

// Flows appends the statistics of all flows, in order of their numbers.
func (m *Medium) Flows(into []Flow) []Flow {
	for k, f := range m.flows {
		s := *f.tell()
		s.Number = m.first + uint16(k)
		into = append(into, s)
	}
	return into
}

// count adds a packet that came out; it returns whether it arrived.
func (f *Flow) count(p *netem.Packet) bool {
	switch p.Fate {
	case netem.Doubled: // its copy will come out too
		return false
	case netem.Arrived:
		f.Arrived++
		if p.ECN == netem.CE {
			f.Marked++
		}
		return true
	}
	f.Lost++
	return false
}
