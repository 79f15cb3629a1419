package reliable

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/wire"
	"airbridge/units"
)

func mustQueue(t *testing.T, c *Channel, m string) {
	t.Helper()
	if err := c.Queue([]byte(m)); err != nil {
		t.Fatal(err)
	}
}

// sends pulls everything that c wants to send at now.
func sends(c *Channel, now units.Mono) (all []string) {
	for {
		d, ok := c.Pull(now)
		if !ok {
			return all
		}
		all = append(all, fmt.Sprintf("%d/%d %s", d.Seq, d.Ack, d.Message))
	}
}

func TestQueueIsBounded(t *testing.T) {
	c := New(Config{})
	for range MaxQueue {
		mustQueue(t, c, "m")
	}
	if err := c.Queue([]byte("m")); !errors.Is(err, ErrFull) {
		t.Errorf("Queue behind %d messages = %v, want ErrFull", c.Pending(), err)
	}
	if got := len(sends(c, 0)); got != Window {
		t.Errorf("%d messages in flight, want %d", got, Window)
	}
	c.Handle(1, wire.Control{Ack: 3}, nil)
	if got := len(sends(c, 1)); got != 3 {
		t.Errorf("%d more in flight after 3 acknowledgements, want 3", got)
	}
	for range 3 {
		mustQueue(t, c, "m")
	}
	for _, m := range [][]byte{nil, make([]byte, wire.MaxControl+1)} {
		if err := c.Queue(m); !errors.Is(err, ErrSize) {
			t.Errorf("Queue of %d bytes = %v, want ErrSize", len(m), err)
		}
	}
}

// The timeout adapts to the path, backs off and stays within its bounds.
func TestTimeout(t *testing.T) {
	for _, c := range []struct {
		name  string
		rtts  []time.Duration
		hint  time.Duration
		tries int
		want  time.Duration
	}{
		{"nothing known", nil, 0, 0, 100 * time.Millisecond},
		{"nothing known, third time", nil, 0, 2, 400 * time.Millisecond},
		{"hint", nil, 20 * time.Millisecond, 0, 65 * time.Millisecond},
		{"hint of a short path", nil, time.Millisecond, 0, minTimeout},
		{"one measurement", []time.Duration{10 * time.Millisecond}, 0, 0, 35 * time.Millisecond},
		{"measurements beat the hint", []time.Duration{10 * time.Millisecond}, time.Second, 0, 35 * time.Millisecond},
		{"clocks running backwards", []time.Duration{-time.Second}, 0, 0, 100 * time.Millisecond},
		{"long path", []time.Duration{5 * time.Second}, 0, 0, maxTimeout},
		{"backed off to the bound", []time.Duration{time.Millisecond}, 0, 99, maxTimeout},
	} {
		e := estimator{hint: c.hint}
		for _, rtt := range c.rtts {
			e.measure(rtt)
		}
		if got := e.timeout(c.tries); got != c.want {
			t.Errorf("%s: timeout = %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTimeoutSettlesOnASteadyPath(t *testing.T) {
	var e estimator
	for range 100 {
		e.measure(50 * time.Millisecond)
	}
	if got, want := e.timeout(0), 56*time.Millisecond; got != want {
		t.Errorf("timeout = %s on a path of 50 ms, want %s", got, want)
	}
}

// What was sent twice does not tell which of the two was acknowledged (Karn).
func TestRepeatedMessagesAreNotMeasured(t *testing.T) {
	c := New(Config{})
	mustQueue(t, c, "m")
	sends(c, 0)
	sends(c, 100*ms)
	c.Handle(101*ms, wire.Control{Ack: 1}, nil)
	if c.rtt.measured {
		t.Errorf("round trip measured as %s", c.rtt.smoothed)
	}
}

func TestSilentPeerKillsTheChannel(t *testing.T) {
	c := New(Config{})
	now := units.Mono(5 * time.Second)
	if got := c.Deadline(); got != units.Never {
		t.Errorf("Deadline() of an idle channel = %d, want never", got)
	}
	mustQueue(t, c, "m")
	begun := now
	sent := 0
	for ; c.Err() == nil; now = c.Deadline() {
		sent += len(sends(c, now))
		if sent > 100 {
			t.Fatal("repeats without end")
		}
	}
	if got, want := c.now.Sub(begun), DefaultDead; got != want {
		t.Errorf("dead after %s, want %s", got, want)
	}
	if sent < 8 || sent > 20 {
		t.Errorf("sent %d times in 10 s, want a backed-off number", sent)
	}
	if err := c.Queue([]byte("m")); !errors.Is(err, ErrDead) || !errors.Is(c.Err(), ErrDead) {
		t.Errorf("Queue on a dead channel = %v, want ErrDead", err)
	}
	if got := c.Deadline(); got != units.Never || len(sends(c, now)) != 0 {
		t.Errorf("a dead channel wants to be woken at %d", got)
	}
}

// Idling is no sign of death: patience begins with what is in flight.
func TestIdleChannelStaysAlive(t *testing.T) {
	c := New(Config{})
	mustQueue(t, c, "m")
	sends(c, 0)
	c.Handle(1*ms, wire.Control{Ack: 1}, nil)
	hour := units.Mono(time.Hour)
	sends(c, hour)
	mustQueue(t, c, "m")
	if got := len(sends(c, hour)); got != 1 || c.Err() != nil {
		t.Errorf("after an idle hour %d messages are sent, %v, want 1", got, c.Err())
	}
}

// A dishonest peer is counted and changes nothing.
func TestNonsenseIsCounted(t *testing.T) {
	c := New(Config{})
	mustQueue(t, c, "a")
	sends(c, 0)
	deliver := func(m []byte) { t.Errorf("delivered %q", m) }
	c.Handle(1, wire.Control{Ack: 2}, deliver)                                               // never sent
	c.Handle(1, wire.Control{Seq: Window + 1, Message: []byte("x")}, deliver)                // beyond the window
	c.Handle(1, wire.Control{Seq: 1}, deliver)                                               // empty
	c.Handle(1, wire.Control{Seq: 2, Message: make([]byte, wire.MaxControl+1)}, deliver)     // too long
	c.Handle(1, wire.Control{Seq: 2, Message: []byte("x")}, deliver)                         // early: waits
	c.Handle(1, wire.Control{Seq: 2, Message: []byte("y")}, deliver)                         // again
	c.Handle(1, wire.Control{Seq: 1<<32 - 1, Ack: 1<<32 - 1, Message: []byte("x")}, deliver) // far beyond
	want := Stats{Sent: 1, Duplicates: 1, OutOfWindow: 4, BadAcks: 2}
	if diff := cmp.Diff(want, c.Stats()); diff != "" {
		t.Errorf("statistics differ (-want +got):\n%s", diff)
	}
	if c.Pending() != 1 {
		t.Errorf("%d messages pending, want 1", c.Pending())
	}
}

// A goodbye is acknowledged before the socket is closed.
func TestAcknowledgeIsNotDelayed(t *testing.T) {
	c := New(Config{})
	c.Handle(10, wire.Control{Seq: 1, Message: []byte("bye")}, func([]byte) {
		c.Acknowledge()
		if got := sends(c, 10); len(got) != 1 || got[0] != "0/1 " {
			t.Errorf("sent %q while the message is delivered, want its acknowledgement", got)
		}
	})
}

func TestDeliverMayQueue(t *testing.T) {
	c := New(Config{})
	c.Handle(0, wire.Control{Seq: 1, Message: []byte("question")}, func([]byte) { mustQueue(t, c, "answer") })
	if diff := cmp.Diff([]string{"1/1 answer"}, sends(c, 0)); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	a, b := New(Config{}), New(Config{})
	m := make([]byte, 100)
	deliver := func([]byte) {}
	now := units.Mono(0)
	if n := testing.AllocsPerRun(100, func() {
		now += 10 * ms
		_ = a.Queue(m)
		d, _ := a.Pull(now)
		b.Handle(now, d, deliver)
		d, _ = b.Pull(now + 5*ms)
		a.Handle(now+5*ms, d, deliver)
		_ = a.Deadline()
	}); n != 0 {
		t.Errorf("a message allocates %v times, want 0", n)
	}
	if a.Pending() != 0 {
		t.Errorf("%d messages pending, want 0", a.Pending())
	}
}
