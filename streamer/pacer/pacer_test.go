package pacer

import (
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/units"

	"pgregory.net/rapid"
)

// stream sends total bytes in datagrams of size, each burst as soon as allowed but late by what a timer may be, and
// returns how long that took and the most bytes that left within any instant.
func stream(p *Pacer, from units.Mono, total, size int, late func(burst int) time.Duration) (took time.Duration, most int) {
	now, at, together := from, units.Never, 0
	for burst := 0; total > 0; burst++ {
		if next := p.Next(); next > now {
			now = next.Add(late(burst))
		}
		n := min(p.Budget(size), (total+size-1)/size)
		p.Sent(now, n, n*size)
		total -= n * size
		if at != now {
			at, together = now, 0
		}
		together += n * size
		most = max(most, together)
	}
	return p.Next().Sub(from), most
}

func punctual(int) time.Duration { return 0 }

func TestRateIsKept(t *testing.T) {
	for _, rate := range []units.Bitrate{20 * units.Mbps, 100 * units.Mbps, 400 * units.Mbps, 2 * units.Gbps} {
		for _, size := range []int{512, 1400, 8952} {
			p := New(Config{Rate: rate})
			const frame = 1 << 20
			took, _ := stream(p, 0, frame, size, punctual)
			datagrams := (frame + size - 1) / size
			want := rate.TimeToSend(units.ByteCount(datagrams * (size + overhead)))
			if off := (took - want).Abs(); off > want/100 {
				t.Errorf("%v, datagrams of %d: a frame of 1 MiB took %v, want %v within 1 %%", rate, size, took, want)
			}
		}
	}
}

// A timer that is late every time, by less than a burst, costs nothing in the end.
func TestLateTimersAreMadeGood(t *testing.T) {
	p := New(Config{})
	took, most := stream(p, 0, 1<<20, 1400, func(burst int) time.Duration {
		return time.Duration(burst*7919%450) * time.Microsecond
	})
	want, _ := stream(New(Config{}), 0, 1<<20, 1400, punctual)
	if took > want+time.Millisecond {
		t.Errorf("a frame took %v with late timers, %v with punctual ones", took, want)
	}
	if limit := 2 * p.Budget(1400) * 1400; most > limit {
		t.Errorf("%d bytes left at one instant, want %d at most", most, limit)
	}
}

// A pause of any length, or a timer of any lateness, is made good by one burst.
func TestCatchUpIsOneBurst(t *testing.T) {
	for _, pause := range []time.Duration{time.Millisecond, time.Second, time.Hour} {
		p := New(Config{})
		p.Sent(0, 1, 1400)
		now := units.Mono(pause)
		bursts := 0
		for p.Next() <= now {
			n := p.Budget(1400)
			p.Sent(now, n, n*1400)
			if bursts++; bursts > 2 {
				t.Fatalf("more than two bursts at one instant after %v", pause)
			}
		}
	}
}

func TestBudgetIsABurst(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		size int
		want int
	}{
		{Config{}, 1400, 17}, // 25,000 bytes in 500 µs at 400 Mbit/s
		{Config{Burst: time.Millisecond}, 1400, 34},
		{Config{Rate: 10 * units.Mbps}, 1400, 1}, // less than one datagram: one all the same
		{Config{Rate: 10 * units.Gbps}, 1400, machine.MaxBurst},
		{Config{}, 8952, 2},
	} {
		if got := New(c.cfg).Budget(c.size); got != c.want {
			t.Errorf("%+v: Budget(%d) = %d, want %d", c.cfg, c.size, got, c.want)
		}
	}
}

func TestSetRateHoldsFromTheNextBurst(t *testing.T) {
	p := New(Config{Rate: 100 * units.Mbps})
	p.Sent(0, 1, 1400)
	before := p.Next()
	p.SetRate(200 * units.Mbps)
	if p.Next() != before || p.Rate() != 200*units.Mbps {
		t.Errorf("SetRate moved the next burst from %d to %d, rate %v", before, p.Next(), p.Rate())
	}
	p.Sent(before, 1, 1400)
	if got, want := p.Next().Sub(before), (200 * units.Mbps).TimeToSend(1400+overhead); got != want {
		t.Errorf("the burst after takes %v, want %v", got, want)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for name, f := range map[string]func(){
		"negative rate":  func() { New(Config{Rate: -1}) },
		"negative burst": func() { New(Config{Burst: -1}) },
		"SetRate(0)":     func() { New(Config{}).SetRate(0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			f()
		}()
	}
}

// Whatever timers and datagrams do, what has left by an instant is never more than the rate allows plus two bursts.
func TestNeverFasterThanTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := units.Bitrate(rapid.Int64Range(int64(units.Mbps), int64(units.Gbps)).Draw(t, "rate"))
		p := New(Config{Rate: rate})
		var now units.Mono
		var sent units.ByteCount
		for range 200 {
			size := rapid.IntRange(100, 8952).Draw(t, "size")
			n := rapid.IntRange(1, p.Budget(size)).Draw(t, "datagrams")
			now = max(now, p.Next()).Add(time.Duration(rapid.IntRange(0, int(2*time.Millisecond)).Draw(t, "late")))
			p.Sent(now, n, n*size)
			sent += units.ByteCount(n * (size + overhead))
			allowed := rate.BytesIn(now.Sub(0)+2*500*time.Microsecond) + 2*(8952+overhead)
			if sent > allowed {
				t.Fatalf("%d bytes by %d, %d allowed", sent, now, allowed)
			}
		}
	})
}

func BenchmarkBurst(b *testing.B) {
	b.ReportAllocs()
	p := New(Config{})
	for range b.N {
		n := p.Budget(1400)
		p.Sent(p.Next(), n, n*1400)
	}
}
