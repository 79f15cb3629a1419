package clock

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"airbridge/netem"
	"airbridge/units"
)

// arbitrary draws a clock of any kind.
func arbitrary(t *rapid.T) Config {
	cfg := Config{
		Offset: time.Duration(rapid.Int64Range(-int64(maxOffset), int64(maxOffset)).Draw(t, "offset")),
		Seed:   rapid.Uint64().Draw(t, "seed"), Name: "host",
	}
	if rapid.Bool().Draw(t, "wanders") {
		cfg.WanderPPB = rapid.Int64Range(1, 1000).Draw(t, "wander")
		cfg.WanderEvery = time.Duration(rapid.Int64Range(int64(time.Second), int64(20*time.Second)).Draw(t, "every"))
	}
	limit := maxSkew - cfg.WanderPPB
	skew := rapid.OneOf(rapid.Int64Range(-limit, limit), rapid.Int64Range(-50_000, 50_000), rapid.Just(int64(0)))
	cfg.PPB = skew.Draw(t, "ppb")
	at := netem.True(0)
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		at += netem.True(rapid.Int64Range(1, int64(20*time.Second)).Draw(t, "after"))
		cfg.Steps = append(cfg.Steps, Step{at, skew.Draw(t, "ppb")})
	}
	return cfg
}

// instants are asked for near the present, far ahead, and at the very edges of pieces.
func instants(span time.Duration) *rapid.Generator[netem.True] {
	return rapid.Custom(func(t *rapid.T) netem.True {
		return netem.True(rapid.Int64Range(0, int64(span)).Draw(t, "instant"))
	})
}

// True is the least instant at which the clock shows as much, for every clock and instant.
func TestInverseIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(arbitrary(t))
		for range 20 {
			at := instants(time.Minute).Draw(t, "at")
			m := c.Mono(at)
			for _, m := range []units.Mono{m - 1, m, m + 1, m + units.Mono(rapid.Int64Range(0, 1e11).Draw(t, "ahead"))} {
				got := c.True(m)
				if shown := c.Mono(got); shown < m {
					t.Fatalf("True(%d) = %d, when the clock shows %d only", m, got, shown)
				}
				if got > 0 && c.Mono(got-1) >= m {
					t.Fatalf("True(%d) = %d, but a nanosecond before the clock shows %d already", m, got, c.Mono(got-1))
				}
			}
		}
	})
}

// The clock never runs backwards, and two clocks of one configuration agree whatever they were asked for before.
func TestMonotoneAndTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := arbitrary(t)
		asked, fresh := New(cfg), New(cfg)
		for range 20 {
			a, b := instants(2*time.Minute).Draw(t, "a"), instants(2*time.Minute).Draw(t, "b")
			a, b = min(a, b), max(a, b)
			late, early := asked.Mono(b), asked.Mono(a)
			if early > late {
				t.Fatalf("shows %d at %d and %d at %d", early, a, late, b)
			}
			asked.True(late + 1e9)
		}
		at := instants(2*time.Minute).Draw(t, "at")
		if asked.Mono(at) != fresh.Mono(at) {
			t.Fatalf("at %d one shows %d, the other %d", at, asked.Mono(at), fresh.Mono(at))
		}
	})
}

// exact sums what the clock should show with numbers of any size.
func exact(cfg Config, t netem.True) units.Mono {
	sum, from, skew := new(big.Int), netem.True(0), cfg.PPB
	add := func(to netem.True) {
		d := big.NewInt(int64(to - from))
		sum.Add(sum, d.Mul(d, big.NewInt(giga+skew)))
	}
	for _, s := range cfg.Steps {
		if s.At < t {
			add(s.At)
			from, skew = s.At, s.PPB
		}
	}
	add(t)
	return units.Mono(cfg.Offset) + units.Mono(sum.Div(sum, big.NewInt(giga)).Int64())
}

// Nothing is lost between the pieces: the clock shows the exact sum, rounded down once.
func TestAgreesWithTheExactSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := arbitrary(t)
		cfg.WanderPPB = 0
		c := New(cfg)
		for _, at := range []netem.True{
			0, 1, instants(time.Minute).Draw(t, "soon"), instants(365*24*time.Hour).Draw(t, "late"),
			netem.True(rapid.Int64Range(0, int64(beyond-1)).Draw(t, "ever")),
		} {
			if got, want := c.Mono(at), exact(cfg, at); got != want {
				t.Fatalf("Mono(%d) = %d, want %d", at, got, want)
			}
			if m := c.Mono(at); c.True(m) > at {
				t.Fatalf("True(%d) = %d, but it is shown at %d", m, c.True(m), at)
			}
		}
	})
}

func TestDriftOverAnHour(t *testing.T) {
	const hour = netem.True(time.Hour)
	for _, c := range []struct {
		name string
		cfg  Config
		want time.Duration
	}{
		{"right", Config{}, 0},
		{"fast", Config{PPB: 50_000}, 180 * time.Millisecond},
		{"slow", Config{PPB: -50_000}, -180 * time.Millisecond},
		{"offset", Config{Offset: time.Minute, PPB: 50_000}, time.Minute + 180*time.Millisecond},
		{"half an hour each way", Config{PPB: 50_000, Steps: []Step{{hour / 2, -50_000}}}, 0},
		{"fast for a second", Config{Steps: []Step{{7, 1000}, {7 + 1e9, 0}}}, time.Microsecond},
	} {
		clock := New(c.cfg)
		if got := time.Duration(clock.Mono(hour)) - time.Hour; got != c.want {
			t.Errorf("%s: off by %v after an hour, want %v", c.name, got, c.want)
		}
		if at := clock.True(clock.Mono(hour)); at > hour || at < hour-1 {
			t.Errorf("%s: shows that at %d already", c.name, at)
		}
	}
}

func TestNever(t *testing.T) {
	for name, cfg := range map[string]Config{
		"right": {}, "fast": {PPB: maxSkew, Offset: maxOffset}, "slow": {PPB: -maxSkew, Offset: -maxOffset},
		"wandering": {WanderPPB: 100, WanderEvery: time.Hour},
	} {
		c := New(cfg)
		if got := c.True(units.Never); got != netem.Never {
			t.Errorf("%s: True(Never) = %d", name, got)
		}
		if got := c.Mono(netem.Never); got != units.Never {
			t.Errorf("%s: Mono(Never) = %d", name, got)
		}
		if got := c.True(units.Never - 1); got != netem.Never {
			t.Errorf("%s: True(centuries) = %d, want Never", name, got)
		}
		last := c.Mono(beyond - 1)
		if got := c.True(last); got > beyond-1 || got < beyond-2 {
			t.Errorf("%s: True(%d) = %d, want %d or the one before", name, last, got, beyond-1)
		}
		if got := c.True(-1 << 62); got != 0 {
			t.Errorf("%s: it showed less than its offset at %d, want 0", name, got)
		}
		if got := c.Mono(-5); got != units.Mono(cfg.Offset) {
			t.Errorf("%s: before the run it shows %d, want its offset", name, got)
		}
	}
}

func TestValidate(t *testing.T) {
	good := Config{
		Offset: -maxOffset, PPB: -maxSkew + 7, WanderPPB: 7, WanderEvery: minEvery,
		Steps: []Step{{1, 0}, {2, 50_000}},
	}
	if err := good.Validate(); err != nil {
		t.Errorf("Validate() = %v, want nil", err)
	}
	bad := Config{
		Offset: maxOffset + 1, PPB: maxSkew, WanderPPB: 1, WanderEvery: time.Millisecond,
		Steps: []Step{{0, 0}, {5, -maxSkew}, {5, 0}},
	}
	err := bad.Validate()
	if err == nil {
		t.Fatal("everything wrong is taken")
	}
	for _, want := range []string{"offset", "skew 100000000", "wander every 1ms", "step 0 at 0s", "step 1 to -100000000", "step 2 at 5ns"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the fault %q is not told in:\n%v", want, err)
		}
	}
	if (Config{WanderPPB: -1}).Validate() == nil || (Config{WanderPPB: maxSkew + 1}).Validate() == nil {
		t.Error("a bound of the wander that is none is taken")
	}
}

func BenchmarkMono(b *testing.B) {
	c := New(Config{Offset: time.Hour, PPB: 50_000, WanderPPB: 500})
	b.ReportAllocs()
	for t := netem.True(0); b.Loop(); t += 10_000 {
		c.Mono(t)
	}
}

// BenchmarkTurn is what a turn of a host asks: what its clock shows, and when its deadline is.
func BenchmarkTurn(b *testing.B) {
	c := New(Config{Offset: time.Hour, PPB: 50_000, WanderPPB: 500})
	b.ReportAllocs()
	for t := netem.True(0); b.Loop(); t += 10_000 {
		c.True(c.Mono(t) + 3e6)
	}
}
