package netem

import "time"

// Duplex puts two media side by side, one for each direction. It owns them from now on; the same medium for both is that
// medium.
func Duplex(down, up Medium) Medium {
	if down == up {
		return down
	}
	var x duplex
	x.set(down, up)
	return &x
}

// Route is a medium for some flows.
type Route struct {
	// Flows are the flow numbers that take it.
	Flows []uint16
	// Via is the medium they share.
	Via Medium
}

// PerFlow puts media side by side and sends each packet through the first route that names its flow, others through
// rest. It owns the media from now on, which must all be different. As a gauge it answers for flow 0.
func PerFlow(rest Medium, routes ...Route) Medium {
	var x perFlow
	media := []Medium{rest}
	for i := range routes {
		media = append(media, routes[i].Via)
		for _, flow := range routes[i].Flows {
			if grow := int(flow) + 1 - len(x.lane); grow > 0 {
				x.lane = append(x.lane, make([]uint16, grow)...)
			}
			if x.lane[flow] == 0 {
				x.lane[flow] = uint16(i + 1)
			}
		}
	}
	x.set(media...)
	return &x
}

// fork is media side by side.
type fork struct {
	lanes []stage
	next  True
}

func (f *fork) set(media ...Medium) {
	for _, m := range media {
		f.lanes = append(f.lanes, stage{Medium: m, next: m.Next()})
	}
	f.look()
}

// Next returns when the first of the media has something to do.
func (f *fork) Next() True { return f.next }

// Deliver lets the media that are due deliver, in order.
func (f *fork) Deliver(now True, into []Packet) []Packet {
	for i := range f.lanes {
		if f.lanes[i].next <= now {
			into = f.lanes[i].deliver(now, into)
		}
	}
	f.look()
	return into
}

// Spans appends the disturbances of all media, in order of From.
func (f *fork) Spans(from, to True, into []Span) []Span { return spans(f.lanes, from, to, into) }

func (f *fork) look() {
	f.next = Never
	for i := range f.lanes {
		f.next = min(f.next, f.lanes[i].next)
	}
}

// duplex is what Duplex makes.
type duplex struct{ fork }

// Admit hands each run of packets of one direction to its medium.
func (x *duplex) Admit(now True, train []Packet) {
	for len(train) > 0 {
		n := 1
		for n < len(train) && train[n].Dir == train[0].Dir {
			n++
		}
		x.lanes[train[0].Dir].admit(now, train[:n])
		train = train[n:]
	}
	x.look()
}

// Capacity returns the direction's.
func (x *duplex) Capacity(now True, d Dir) float64 { return capacity(x.lanes[d].Medium, now, d) }

// Backlog returns the direction's.
func (x *duplex) Backlog(now True, d Dir) time.Duration { return backlog(x.lanes[d].Medium, now, d) }

// perFlow is what PerFlow makes.
type perFlow struct {
	fork
	// lane is the number of each flow's medium; flows beyond it take medium 0.
	lane []uint16
}

// Admit hands each run of packets of one lane to its medium.
func (x *perFlow) Admit(now True, train []Packet) {
	for len(train) > 0 {
		lane, n := x.of(train[0].Flow), 1
		for n < len(train) && x.of(train[n].Flow) == lane {
			n++
		}
		x.lanes[lane].admit(now, train[:n])
		train = train[n:]
	}
	x.look()
}

func (x *perFlow) of(flow uint16) uint16 {
	if int(flow) < len(x.lane) {
		return x.lane[flow]
	}
	return 0
}

// Capacity returns what the medium of flow 0 has.
func (x *perFlow) Capacity(now True, d Dir) float64 {
	return capacity(x.lanes[x.of(0)].Medium, now, d)
}

// Backlog returns what the medium of flow 0 has.
func (x *perFlow) Backlog(now True, d Dir) time.Duration {
	return backlog(x.lanes[x.of(0)].Medium, now, d)
}
