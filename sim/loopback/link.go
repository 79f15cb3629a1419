package loopback

import (
	"fmt"
	"math"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/sim/wake"
)

// wire is loopback as a link model: what a host sends at an instant goes through the kernel as one train, which takes the
// time of its system call, longer after a time without traffic, and of copying its bytes, and arrives as one. No two trains of a direction overtake each other.
// It has no bound: loopback has no rate that anything here comes near to.
type wire struct {
	copying float64 // nanoseconds a byte
	rested  []rested
	ways    [netem.Dirs]way
	last    netem.True // when a train was sent
	next    netem.True
}

// rested is how late trains are, of each direction, up to a time without traffic before them.
type rested struct {
	until time.Duration
	late  [netem.Dirs]*wake.Model
}

// way is a direction.
type way struct {
	under queue.Ring[letter]
	last  netem.True // when the newest of under is there
}

// letter is a packet under way.
type letter struct {
	at netem.True
	p  netem.Packet
}

// Link models loopback at a cost: what sim.Scenario.Link wants.
func (c *Costs) Link(seed uint64) (netem.Medium, error) {
	w := &wire{copying: c.Copying(), next: netem.Never}
	for i, d := range c.Datagram {
		r := rested{until: math.MaxInt64}
		if i+1 < len(c.Datagram) { // half-way to the next by factors
			r.until = time.Duration(math.Sqrt(float64(d.Idle) * float64(c.Datagram[i+1].Idle)))
		}
		for dir := range r.late {
			r.late[dir] = wake.New(wake.Config{
				Profile: wake.Profile{Arrival: d.Link}, Seed: seed, Name: fmt.Sprintf("loopback/%s/%v", netem.Dir(dir), d.Idle),
			})
		}
		w.rested = append(w.rested, r)
	}
	return w, nil
}

// late draws how late a train is.
func (w *wire) late(now netem.True, dir netem.Dir) time.Duration {
	idle := now.Sub(w.last)
	w.last = now
	for i := range w.rested {
		if r := &w.rested[i]; idle <= r.until {
			return r.late[dir].Arrival()
		}
	}
	return 0
}

// Admit sends each train on its way.
func (w *wire) Admit(now netem.True, train []netem.Packet) {
	for len(train) > 0 {
		n, bytes := 0, 0
		for n < len(train) && train[n].Dir == train[0].Dir && train[n].Flow == train[0].Flow {
			bytes += int(train[n].Size)
			n++
		}
		w.send(now, train[:n], bytes-int(train[0].Size))
		train = train[n:]
	}
}

// send sends a train; beyond is how many bytes it has more than one datagram.
func (w *wire) send(now netem.True, train []netem.Packet, beyond int) {
	v := &w.ways[train[0].Dir]
	at := max(now.Add(w.late(now, train[0].Dir)+time.Duration(w.copying*float64(beyond))), v.last)
	v.last = at
	w.next = min(w.next, at)
	for i := range train {
		*v.under.Extend() = letter{at, train[i]}
	}
}

// Next returns when the first packet is there.
func (w *wire) Next() netem.True { return w.next }

// Deliver lets out the packets that are there.
func (w *wire) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	if w.next > now {
		return into
	}
	w.next = netem.Never
	for d := range w.ways {
		v := &w.ways[d]
		for v.under.Len() > 0 && v.under.Front().at <= now {
			into = append(into, v.under.Front().p)
			v.under.Drop()
		}
		if v.under.Len() > 0 {
			w.next = min(w.next, v.under.Front().at)
		}
	}
	return into
}
