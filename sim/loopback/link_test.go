package loopback

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim/wake"

	"github.com/google/go-cmp/cmp"
)

// flat is a distribution of one value.
func flat(d time.Duration) wake.Quantiles {
	return wake.Quantiles{{P: 0, NS: int64(d)}, {P: 1, NS: int64(d)}}
}

// always is a link that rests never matter to.
func always(d time.Duration) []Rested { return []Rested{{Usual, flat(d)}} }

func train(dir netem.Dir, first uint32, sizes ...int32) (all []netem.Packet) {
	for i, s := range sizes {
		all = append(all, netem.Packet{ID: first + uint32(i), Size: s, Dir: dir})
	}
	return all
}

// came is a packet that came out, and when.
type came struct {
	At netem.True
	ID uint32
}

// drain delivers everything under way.
func drain(m netem.Medium) (all []came) {
	for at := m.Next(); at != netem.Never; at = m.Next() {
		for _, p := range m.Deliver(at, nil) {
			all = append(all, came{at, p.ID})
		}
	}
	return all
}

func link(t *testing.T, c *Costs) netem.Medium {
	t.Helper()
	m, err := c.Link(1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A train arrives as one, after a call's time and that of copying what is more than one datagram.
func TestTrainArrivesAsOne(t *testing.T) {
	c := &Costs{Datagram: always(10 * time.Microsecond), Train: flat(10*time.Microsecond + 45*1400*2)}
	if got := c.Copying(); got < 1.99 || got > 2.01 {
		t.Fatalf("Copying() = %v ns a byte, want 2", got)
	}
	m := link(t, c)
	m.Admit(1000, train(netem.Down, 1, 1400, 1400, 100))
	want := []came{{1000 + 10_000 + 2*1500, 1}, {1000 + 10_000 + 2*1500, 2}, {1000 + 10_000 + 2*1500, 3}}
	if diff := cmp.Diff(want, drain(m)); diff != "" {
		t.Errorf("what came (-want +got):\n%s", diff)
	}
}

// Trains of a direction keep their order however late each is; the other direction goes its own way.
func TestOrderIsKept(t *testing.T) {
	c := &Costs{Datagram: always(10 * time.Microsecond), Train: flat(100 * time.Microsecond)}
	m := link(t, c)
	m.Admit(0, train(netem.Down, 1, 1400, 14_000, 14_000))
	m.Admit(100, train(netem.Down, 4, 100))
	m.Admit(200, train(netem.Up, 5, 100))
	got := drain(m)
	if len(got) != 5 || got[0] != (came{10_200, 5}) {
		t.Fatalf("%v, want the way up first", got)
	}
	for i, id := range []uint32{1, 2, 3, 4} {
		if got[i+1].ID != id || got[i+1].At != got[1].At {
			t.Errorf("%v, want 1 to 4 at once: the short train waits for the long one", got)
		}
	}
}

// least is the least that a datagram takes.
func least(c *Costs) (d time.Duration) {
	for i, r := range c.Datagram {
		if at := r.Link.At(0); i == 0 || at < d {
			d = at
		}
	}
	return d
}

// After a rest a train takes as long as the table for such rests says, whichever way the last traffic went.
func TestRests(t *testing.T) {
	c := &Costs{Datagram: []Rested{{time.Millisecond, flat(time.Microsecond)}, {4 * time.Millisecond, flat(10 * time.Microsecond)}, {16 * time.Millisecond, flat(50 * time.Microsecond)}}}
	m := link(t, c)
	now := netem.True(0)
	for i, w := range []struct{ rest, want time.Duration }{
		{100 * time.Microsecond, time.Microsecond},
		{2 * time.Millisecond, time.Microsecond},
		{2001 * time.Microsecond, 10 * time.Microsecond},
		{8 * time.Millisecond, 10 * time.Microsecond},
		{9 * time.Millisecond, 50 * time.Microsecond},
		{time.Hour, 50 * time.Microsecond},
		{time.Millisecond, time.Microsecond},
	} {
		now = now.Add(w.rest)
		m.Admit(now, train(netem.Dir(i%2), uint32(i), 100))
		if got := m.Next().Sub(now); got != w.want {
			t.Errorf("after %v: late by %v, want %v", w.rest, got, w.want)
		}
		drain(m)
	}
}

// Every packet comes out once, as late as the table allows.
func TestNothingIsLost(t *testing.T) {
	for name, c := range map[string]Costs{"nothing": {}, "fast": Fitted().Fast, "slow": Fitted().Slow} {
		m := link(t, &c)
		const trains = 500
		var out []came
		for i := range netem.True(trains) {
			now := i * 100_000
			for m.Next() <= now {
				at := m.Next()
				for _, p := range m.Deliver(at, nil) {
					out = append(out, came{at, p.ID})
				}
			}
			m.Admit(now, train(netem.Dir(i%2), uint32(2*i), 1400, 100))
		}
		out = append(out, drain(m)...)
		seen := map[uint32]bool{}
		for _, p := range out {
			sent := netem.True(p.ID/2) * 100_000
			// Behind one that is late, others are late too.
			if p.At < sent+netem.True(least(&c)) || seen[p.ID] {
				t.Errorf("%s: packet %d of %d came at %d, again: %t", name, p.ID, sent, p.At, seen[p.ID])
			}
			seen[p.ID] = true
		}
		if len(seen) != 2*trains {
			t.Errorf("%s: %d of %d packets came", name, len(seen), 2*trains)
		}
	}
}

// The same seed is equally late, another is not.
func TestSeeds(t *testing.T) {
	c := Fitted().Slow
	at := func(seed uint64) netem.True {
		m, err := c.Link(seed)
		if err != nil {
			t.Fatal(err)
		}
		m.Admit(0, train(netem.Up, 1, 100))
		return m.Next()
	}
	if once, again, other := at(1), at(1), at(2); once != again || once == other {
		t.Errorf("late by %d, %d and with another seed %d", once, again, other)
	}
}

func TestLinkAllocatesNothing(t *testing.T) {
	c := Fitted().Fast
	m := link(t, &c)
	packets := train(netem.Down, 1, 1400, 1400)
	out := make([]netem.Packet, 0, 8)
	now := netem.True(0)
	if n := testing.AllocsPerRun(200, func() {
		now += 1_000_000
		m.Admit(now, packets)
		for m.Next() != netem.Never {
			out = m.Deliver(m.Next(), out[:0])
		}
	}); n != 0 {
		t.Errorf("%v allocations a train", n)
	}
}

// The tables are there, and what they say is of this world.
func TestFitted(t *testing.T) {
	f := Fitted()
	if f.Samples < 500 || f.Rounds < 2 || f.Provenance == "" {
		t.Errorf("%d samples in %d rounds, %q", f.Samples, f.Rounds, f.Provenance)
	}
	for name, c := range map[string]*Costs{"fast": &f.Fast, "slow": &f.Slow} {
		for kind, q := range map[string]wake.Quantiles{
			"warm": c.Datagram[0].Link, "usual": c.Datagram[1].Link, "cold": c.Datagram[2].Link, "arrival": c.Wake.Arrival, "timer": c.Wake.Timer,
			"train": c.Train, "burst": c.Burst, "streamer": c.Streamer, "client": c.Client,
		} {
			if err := (wake.Profile{Arrival: q}).Validate(); err != nil {
				t.Errorf("%s %s: %v", name, kind, err)
			}
			if p50 := q.At(.5); p50 < time.Microsecond || p50 > 500*time.Microsecond {
				t.Errorf("%s %s: median %v", name, kind, p50)
			}
		}
		if n := c.Copying(); n < 0 || n > 2 {
			t.Errorf("%s: copying takes %v ns a byte", name, n)
		}
	}
	if f.Fast.Datagram[0].Link.At(.5) > f.Slow.Datagram[0].Link.At(.5) || f.Fast.Client.At(.5) > f.Slow.Client.At(.5) {
		t.Error("the fast machine is slower than the slow one")
	}
}
