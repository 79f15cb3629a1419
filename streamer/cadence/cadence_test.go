package cadence

import (
	"fmt"
	"testing"
	"time"

	"airbridge/units"
)

const slot = time.Second / 72

// machine is a PC that takes so long to render and encode a frame. Frames begin when the one before is rendered, at the
// earliest when they are due.
type machine struct {
	render, encode time.Duration
	now            units.Mono
}

// run lets the machine work for a time and returns how many frames it began late.
func (m *machine) run(c *Cadence, d time.Duration) (frames, late int) {
	due := m.now
	for end := m.now.Add(d); m.now < end; {
		m.now = max(m.now, due)
		lag := m.now.Sub(due)
		if lag > slot/2 {
			late++
			due = m.now // the lock moves on to a later slot
		}
		c.Started(m.now, lag)
		frames++
		due = due.Add(time.Duration(c.Step()) * slot)
		m.now = m.now.Add(m.render)
		c.Worked(m.render + m.encode)
	}
	return frames, late
}

func TestKeepsTheFullRateOnAMachineThatKeepsUp(t *testing.T) {
	c := New(slot, 1)
	m := &machine{render: 6 * time.Millisecond, encode: 6 * time.Millisecond, now: 1}
	m.run(c, time.Minute)
	if c.Step() != 1 || c.Slow(m.now) != 0 {
		t.Errorf("step %d after a minute, %v of it slow, want the full rate throughout", c.Step(), c.Slow(m.now))
	}
}

func TestOneHiccupChangesNothing(t *testing.T) {
	c := New(slot, 1)
	for i := range 500 {
		late := time.Duration(0)
		if i%100 < 4 {
			late = 3 * slot
		}
		c.Started(units.Mono(i)*units.Mono(slot), late)
	}
	if c.Step() != 1 {
		t.Errorf("step %d after hiccups of four frames, want 1", c.Step())
	}
}

func TestGoesToHalfRateWithinHalfASecondAndStaysThere(t *testing.T) {
	c := New(slot, 1)
	m := &machine{render: 17 * time.Millisecond, encode: 9 * time.Millisecond, now: 1}
	if m.run(c, 500*time.Millisecond); c.Step() != 2 {
		t.Fatalf("step %d after half a second of overruns, want 2", c.Step())
	}
	frames, late := m.run(c, time.Minute)
	// One try at the full rate after half a minute costs a few frames.
	if late > 2*tooMany {
		t.Errorf("%d of %d frames began late at half rate, want at most %d", late, frames, 2*tooMany)
	}
}

func TestComesBackWhenTheMachineDoes(t *testing.T) {
	c := New(slot, 1)
	m := &machine{render: 17 * time.Millisecond, encode: 9 * time.Millisecond, now: 1}
	m.run(c, 2*time.Second)
	m.render, m.encode = 3*time.Millisecond, 5*time.Millisecond
	if m.run(c, 5*time.Second); c.Step() != 1 {
		t.Errorf("step %d five seconds after the load went, want 1", c.Step())
	}
}

func TestFailedTriesBecomeRarer(t *testing.T) {
	c := New(slot, 1)
	// The work looks small, but frames overrun at the full rate all the same.
	tries, now := 0, units.Mono(1)
	for range 60 * 36 {
		before := c.Step()
		c.Worked(5 * time.Millisecond)
		late := time.Duration(0)
		if before == 1 {
			late = slot
		}
		c.Started(now, late)
		if c.Step() < before {
			tries++
		}
		now = now.Add(time.Duration(c.Step()) * slot)
	}
	if tries == 0 || tries > 6 {
		t.Errorf("%d tries at the full rate in a minute, want 1 to 6", tries)
	}
}

func TestStepIsBounded(t *testing.T) {
	for base := 1; base <= 6; base++ {
		c := New(slot, base)
		for i := range 10_000 {
			c.Skipped(units.Mono(i) * units.Mono(slot))
			if c.Step() < base || c.Step() > max(maxStep, base) {
				t.Fatalf("base %d: step %d", base, c.Step())
			}
		}
	}
}

func Example() {
	c := New(time.Second/72, 1)
	now := units.Mono(1)
	for range 10 {
		c.Started(now, 10*time.Millisecond) // each frame begins ten milliseconds late
		now = now.Add(20 * time.Millisecond)
	}
	fmt.Println("a frame lasts", c.Step(), "slots")
	// Output: a frame lasts 2 slots
}
