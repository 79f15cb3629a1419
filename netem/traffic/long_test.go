package traffic

import (
	"math"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/units"
)

// A day of an endless flow at 500 Mbit/s is more packets than an int32 counts: acknowledgements are still taken, losses
// still answered. Numbers leap forward by what hours would send.
func TestBillionsOfPackets(t *testing.T) {
	c := newEndless(Bulk{Control: Reno, BaseRTT: 10 * time.Millisecond})
	c.connect(0)
	now := netem.True(0)
	for leap := range 40 { // 20 billion packets
		reductions := c.stat.Reductions
		c.window.size = 20
		for round := range 4 {
			c.send(now, nil)
			for id := c.board.oldest; id != c.board.next; id++ {
				if round == 2 && id == c.board.oldest && c.board.flight > 4 {
					continue // lost
				}
				c.arrived(now, &netem.Packet{ID: id})
			}
			now = now.Add(c.cfg.BaseRTT)
			before := c.stat.Goodput
			c.step(now, nil)
			if c.stat.Goodput == before {
				t.Fatalf("leap %d, round %d: nothing was acknowledged", leap, round)
			}
		}
		if c.stat.Reductions != reductions+1 {
			t.Fatalf("leap %d: %d reductions for a loss", leap, c.stat.Reductions-reductions)
		}
		// Everything under way arrives, and then hours pass in which nothing is lost.
		for c.board.flight > 0 {
			for id := c.board.oldest; id != c.board.next; id++ {
				c.board.ack(id)
			}
		}
		c.again = 0
		c.board = scoreboard{next: c.board.next + 1<<29, oldest: c.board.next + 1<<29, highest: c.board.next + 1<<29}
	}
	if c.stat.Timeouts > 0 {
		t.Errorf("%d timeouts", c.stat.Timeouts)
	}
}

// Where packets are rarer than pauses, the rate while on is still the rate: what is left of an interval is left after the
// pause.
func TestRarePackets(t *testing.T) {
	for _, c := range []Steady{
		{Rate: 12 * units.Kbps, On: 100 * time.Millisecond, Off: 100 * time.Millisecond}, // an interval of 1 s
		{Rate: 12 * units.Kbps, On: 300 * time.Millisecond, Off: 100 * time.Millisecond},
		{Rate: 120 * units.Kbps, On: 10 * time.Millisecond, Off: 90 * time.Millisecond},
		{Rate: 120 * units.Kbps, On: 10 * time.Millisecond, Off: 90 * time.Millisecond, Exponential: true},
		{Rate: units.Kbps, Size: 64, On: time.Millisecond, Off: time.Millisecond, Exponential: true},
	} {
		s := newSteady(c, stream.New(1, "steady"))
		const length = 100_000 * time.Second
		for at := s.wake(); at <= netem.True(length); at = s.wake() {
			if len(s.step(at, nil)) == 0 {
				t.Fatalf("%+v: woke at %d to send nothing", c, at)
			}
		}
		on := float64(c.On) / float64(c.On+c.Off)
		want := float64(c.Rate) * on * length.Seconds() / 8 / float64(s.cfg.Size)
		off := 0.01
		if c.Exponential {
			off = 0.05
		}
		if got := float64(s.stat.Sent); math.Abs(got/want-1) > off {
			t.Errorf("%+v: %v packets, want %.0f", c, got, want)
		}
	}
}

// A flow that stops does so: nothing is sent later, in whatever state it was.
func TestStopEndsEverything(t *testing.T) {
	for _, stop := range []time.Duration{time.Nanosecond, 5 * time.Millisecond, 30 * time.Millisecond, time.Second, 90 * time.Second} {
		c := newEndless(Bulk{Stop: stop})
		sent := int64(0)
		for at := c.wake(); at != netem.Never; at = c.wake() {
			if at > netem.True(stop) {
				t.Fatalf("stop %v: woke at %v", stop, at.Sub(0))
			}
			for _, p := range c.step(at, nil) {
				c.arrived(at, &p)
			}
			if at == netem.True(stop) && c.stat.Sent != sent {
				t.Fatalf("stop %v: sent at that instant", stop)
			}
			sent = c.stat.Sent
		}
		c.arrived(netem.True(stop)+1, &netem.Packet{ID: 3}) // what is late
		if c.wake() != netem.Never {
			t.Errorf("stop %v: a late packet woke it", stop)
		}
	}
}

// A connection that begins is a new one: the window, the timer, and what was lost of the last.
func TestConnectionsStartAfresh(t *testing.T) {
	rng := stream.New(1, "files")
	c := newFiles(Short{Bulk: Bulk{Name: "web", BaseRTT: 10 * time.Millisecond}, MinSize: 100 * segment, MaxSize: 100 * segment, Idle: time.Second}, 4, rng)
	if c.stat.Name != "web 5" {
		t.Errorf("the fifth of a group is called %q", c.stat.Name)
	}
	late := []uint32{}
	for file := range int64(5) {
		opened := c.wake()
		train := c.step(opened, nil)
		if len(train) != initialWindow {
			t.Fatalf("file %d: began with %d packets, want the initial window", file, len(train))
		}
		for _, id := range late { // copies of the last file's packets
			c.arrived(opened, &netem.Packet{ID: id})
		}
		late = late[:0]
		for now := opened; c.stat.Files == file; {
			for i, p := range train {
				late = append(late, p.ID)
				if i != 7 || c.stat.Repeated > 5*file { // the eighth of a train is lost now and then
					c.arrived(now, &p)
				}
			}
			now = c.wake()
			train = c.step(now, nil)
		}
		if want := units.ByteCount((file + 1) * 100 * segment); c.stat.Goodput != want {
			t.Fatalf("file %d: goodput %d, want %d", file, c.stat.Goodput, want)
		}
		if c.open || c.board.flight != 0 || c.acks.next() != netem.Never {
			t.Fatalf("file %d: %d still under way after it is through", file, c.board.flight)
		}
	}
}

// Packets of a connection that is over, doubled packets and packets never sent do no harm.
func TestNonsenseFromTheMedium(t *testing.T) {
	c := newEndless(Bulk{BaseRTT: time.Millisecond})
	c.step(0, nil)
	for _, id := range []uint32{0, 0, 0, 5, 1 << 31, math.MaxUint32, 300, 301, 9, 9} {
		c.arrived(0, &netem.Packet{ID: id})
		c.arrived(0, &netem.Packet{ID: id, Fate: netem.Doubled})
		c.arrived(0, &netem.Packet{ID: id, Fate: netem.Lost})
	}
	c.step(c.wake(), nil)
	if got := c.stat.Goodput; got != 3*segment {
		t.Errorf("goodput %d, want three segments: 0, 5 and 9, once each", got)
	}
	if c.stat.Lost != 10 {
		t.Errorf("%d lost, want the ten records of losses", c.stat.Lost)
	}
}
