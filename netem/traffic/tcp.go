package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"

	"airbridge/netem"
	"airbridge/units"
)

// segment is the payload of a full packet: 1500 bytes less 20 of IP, 20 of TCP and 12 of the timestamp option.
const segment = DefaultSize - 52

// endless is a number of segments that is never reached.
const endless = math.MaxInt64 / 2

// tcp is a TCP-like flow: the sender, and as much of a receiver as acknowledges every packet.
type tcp struct {
	cfg  Bulk
	stat Flow

	window window
	board  scoreboard
	timer  timer
	acks   acks

	fresh    int64 // segments not sent yet
	again    int64 // segments declared lost and not repeated yet
	left     int64 // segments not acknowledged yet
	most     int   // the most packets under way
	full     int   // packets under way after the last were sent
	first    uint32
	recovery uint32 // packets before it were sent before the last reduction
	urgent   bool   // a loss has just begun a recovery

	// files is nil for an endless flow.
	files *files
	start netem.True // of the connection, or when it will be
	open  bool
}

// files is what makes a flow of files.
type files struct {
	cfg Short
	rng *rand.Rand
}

func newEndless(c Bulk) *tcp {
	if c.BaseRTT == 0 {
		c.BaseRTT = DefaultBaseRTT
	}
	if c.Window == 0 {
		c.Window = DefaultWindow
	}
	t := &tcp{cfg: c, stat: Flow{Name: c.Name, Dir: c.Dir}, start: netem.True(c.Start), most: int(c.Window / segment)}
	t.window.control = c.Control
	t.timer.reset()
	return t
}

func newFiles(c Short, k int, rng *rand.Rand) *tcp {
	t := newEndless(c.Bulk)
	t.stat.Name = fmt.Sprintf("%s %d", c.Name, k+1)
	t.files = &files{c, rng}
	t.start = t.start.Add(t.files.pause())
	return t
}

func (t *tcp) tell() *Flow {
	t.stat.Window, t.stat.RTT = units.ByteCount(t.window.size*segment), t.timer.smooth
	return &t.stat
}

func (t *tcp) wake() netem.True {
	if !t.open {
		return t.start
	}
	at := min(t.acks.next(), t.timer.deadline)
	if t.cfg.Stop > 0 {
		at = min(at, netem.True(t.cfg.Stop))
	}
	return at
}

// arrived is the receiver: it acknowledges every packet, and the acknowledgement is at the sender a base round trip later.
func (t *tcp) arrived(now netem.True, p *netem.Packet) {
	if t.stat.count(p) && t.open {
		t.acks.push(ack{at: now.Add(t.cfg.BaseRTT), id: p.ID, marked: p.ECN == netem.CE})
	}
}

func (t *tcp) step(now netem.True, train []netem.Packet) []netem.Packet {
	if stop := netem.True(t.cfg.Stop); stop > 0 && now >= stop {
		t.close(netem.Never)
		return train
	}
	if !t.open {
		t.connect(now)
	}
	for t.acks.next() <= now && t.open {
		t.acknowledge(now, t.acks.pop())
		train = t.send(now, train) // after each, so that the flight is what it would be if they came apart
	}
	if t.timer.deadline <= now {
		t.expire()
	}
	return t.send(now, train)
}

// connect begins a connection. Packet numbers go on, so that what is late of the last one is told apart.
func (t *tcp) connect(now netem.True) {
	t.open, t.start = true, now
	t.window.reset()
	t.timer.reset()
	t.again, t.fresh, t.urgent = 0, endless, false
	if t.files != nil {
		t.fresh = t.files.size()
	}
	t.left = t.fresh
	t.first, t.recovery = t.board.next, t.board.next
}

// close ends the connection; the next begins at an instant.
func (t *tcp) close(next netem.True) {
	t.board.loseAll()
	t.acks.clear()
	t.timer.stop()
	t.open, t.start = false, next
}

func (t *tcp) acknowledge(now netem.True, a ack) {
	if int32(a.id-t.first) < 0 {
		return // of an earlier connection
	}
	t.follow()
	flight := t.board.flight
	was := t.board.ack(a.id)
	if !t.credit(was.state) {
		return
	}
	t.timer.sample(now.Sub(was.at))
	t.timer.progress()
	t.timer.arm(now)
	reduced := a.marked && t.reduce(a.id, flight)
	for {
		id, ok := t.board.lose()
		if !ok {
			break
		}
		t.again++
		if t.reduce(id, flight) {
			reduced, t.urgent = true, true
		}
	}
	if !reduced && int32(a.id-t.recovery) >= 0 && t.limited() {
		t.window.acked(now, t.timer.smooth)
	}
	if t.left == 0 {
		t.stat.Files++
		t.stat.FileTime += now.Sub(t.start)
		t.close(now.Add(t.files.pause()))
	}
}

// far is how many numbers may lie between two that are compared: half of what an int32 can tell apart.
const far = 1 << 30

// follow keeps the numbers that are remembered near those in use, in a connection of billions of packets: before the oldest
// that is under way all are alike.
func (t *tcp) follow() {
	for _, old := range []*uint32{&t.first, &t.recovery} {
		if int32(t.board.oldest-*old) > far {
			*old = t.board.oldest
		}
	}
}

// credit counts a segment that was acknowledged; it returns whether that was news.
func (t *tcp) credit(was state) bool {
	switch {
	case was == flying:
	case was == missing && t.again > 0:
		t.again-- // it was not lost, and need not be repeated
	default:
		return false // a copy, or it was repeated already: the repetition counts
	}
	t.left--
	t.stat.Goodput += segment
	return true
}

// reduce answers congestion that packet id met, once for all packets that were under way together.
func (t *tcp) reduce(id uint32, flight int) bool {
	if int32(id-t.recovery) < 0 {
		return false
	}
	t.window.congested(float64(flight))
	t.recovery = t.board.next
	t.stat.Reductions++
	return true
}

// limited tells whether the window is what limits the sender, without which it must not grow (RFC 9438 §5.8): whether
// it was full when it last sent. In slow start half of it will do, as in Linux.
func (t *tcp) limited() bool {
	if t.window.size < t.window.threshold {
		return float64(2*t.full) >= t.window.size
	}
	return t.full+1 >= int(t.window.size)
}

// expire is the retransmission timeout: all that is under way counts as lost.
func (t *tcp) expire() {
	flight := t.board.flight
	t.again += int64(t.board.loseAll())
	t.window.timedOut(float64(flight), t.timer.backoff > 0)
	t.recovery = t.board.next
	t.timer.expire()
	t.timer.stop()
	t.stat.Reductions++
	t.stat.Timeouts++
}

// send fills the window: what was lost first.
func (t *tcp) send(now netem.True, train []netem.Packet) []netem.Packet {
	if !t.open {
		return train
	}
	ecn := uint8(netem.NotECT)
	if t.cfg.ECN {
		ecn = netem.ECT0
	}
	room := min(int(t.window.size), t.most)
	if t.urgent { // what began a recovery is repeated whatever is under way: RFC 6675 §5 (4.3)
		room, t.urgent = max(room, t.board.flight+1), false
	}
	for t.board.flight < room && t.again+t.fresh > 0 {
		if t.again > 0 {
			t.again--
			t.stat.Repeated++
		} else {
			t.fresh--
		}
		id := t.board.send(now)
		train = append(train, netem.Packet{ID: id, Size: DefaultSize, Dir: t.cfg.Dir, DSCP: t.cfg.DSCP, ECN: ecn})
		t.stat.Sent++
	}
	t.full = t.board.flight
	switch {
	case t.board.flight == 0:
		t.timer.stop()
	case t.timer.deadline == netem.Never:
		t.timer.arm(now)
	}
	return train
}

// size draws how many segments the next file has.
func (f *files) size() int64 {
	bytes := f.cfg.MinSize + units.ByteCount(f.rng.Int64N(int64(f.cfg.MaxSize-f.cfg.MinSize)+1))
	return (int64(bytes) + segment - 1) / segment
}
