package clock

import (
	"testing"
	"time"

	"airbridge/netem"
)

// The walk stays within its bounds, moves all the time, and differs from name to name and from seed to seed.
func TestWander(t *testing.T) {
	cfg := Config{PPB: 20_000, WanderPPB: 300, WanderEvery: time.Second, Seed: 1, Name: "headset"}
	other := cfg
	other.Name = "pc"
	c, d := New(cfg), New(other)
	var lowest, highest, apart int64
	for n := netem.True(1); n <= 20_000; n++ {
		at := n * netem.True(time.Second)
		c.Mono(at)
		skew := c.pieces[c.at].rate - giga - cfg.PPB
		lowest, highest = min(lowest, skew), max(highest, skew)
		if c.Mono(at)-d.Mono(at) != 0 {
			apart++
		}
	}
	if lowest < -300 || highest > 300 {
		t.Errorf("wanders from %d to %d ppb, want within 300", lowest, highest)
	}
	if lowest > -250 || highest < 250 {
		t.Errorf("wanders from %d to %d ppb only", lowest, highest)
	}
	if apart < 19_000 {
		t.Errorf("two clocks differed in %d of 20,000 seconds only", apart)
	}
	limit := 20_000 * (cfg.PPB + cfg.WanderPPB) // nanoseconds gained at most
	if got := int64(c.Mono(20_000e9)) - 20_000e9; got > limit || got < 20_000*(cfg.PPB-cfg.WanderPPB) {
		t.Errorf("gained %d ns", got)
	}
}

// A day of a wandering clock takes no memory, and what lies long ago is refused, not answered wrongly.
func TestMemoryOfADay(t *testing.T) {
	c := New(Config{WanderPPB: 500, WanderEvery: time.Second})
	for at := netem.True(0); at < netem.True(24*time.Hour); at += netem.True(500 * time.Millisecond) {
		m := c.Mono(at)
		c.True(m.Add(2 * time.Second))
		c.True(m.Add(time.Second))
	}
	if n := cap(c.pieces); n > 8*history {
		t.Errorf("%d pieces are kept, want at most %d", n, 8*history)
	}
	now := netem.True(24 * time.Hour)
	m := c.Mono(now)
	if back := c.Mono(now - netem.True(200*time.Second)); back >= m {
		t.Error("a little back is answered wrongly")
	}
	for name, ask := range map[string]func(){
		"Mono": func() { c.Mono(0) },
		"True": func() { c.True(1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s of long ago was answered", name)
				}
			}()
			ask()
		}()
	}
}

func TestNothingIsAllocated(t *testing.T) {
	c := New(Config{Offset: time.Hour, PPB: 50_000, WanderPPB: 500, WanderEvery: time.Second})
	now := netem.True(0)
	run := func() {
		for range 2000 {
			now += netem.True(time.Second)
			c.True(c.Mono(now) + 5e9)
		}
	}
	run()
	if n := testing.AllocsPerRun(3, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
