package display

import (
	"strings"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/units"
)

func TestStart(t *testing.T) {
	for _, c := range []struct {
		name         string
		start, first units.Mono
		want         units.Mono
	}{
		{"at once", 0, 77_000 * ms, 77_000 * ms},
		{"at once on a clock below zero", 0, -5000 * ms, -5000 * ms},
		{"at its time", 500 * ms, 500 * ms, 500 * ms},
		{"switched on late", 500 * ms, 503 * ms, 503 * ms},
	} {
		d := New(Config{Start: c.start, Period: time.Duration(tick)})
		if c.start != 0 && (d.Next() != c.start || d.Take(c.start-1) != nil) {
			t.Errorf("%s: Next() = %d, want the start and nothing before", c.name, d.Next())
		}
		if d.Next() > c.first {
			t.Errorf("%s: Next() = %d, want %d or before", c.name, d.Next(), c.first)
		}
		e, ok := d.Take(c.first).(*client.Slot)
		if !ok || e.Timing.ID != 1 || e.Timing.DisplayAt != c.want+tick {
			t.Errorf("%s: %+v, want slot 1 to light up at %d", c.name, e, c.want+tick)
		}
	}
}

// The display's crystal drifts against its host's clock by exactly what was asked for, although each period is rounded.
func TestCrystal(t *testing.T) {
	for _, c := range []struct {
		ppb  int64
		want time.Duration // of the light after an hour of 90 Hz
	}{
		{0, 0}, {50_000, -180 * time.Millisecond}, {-50_000, 180 * time.Millisecond}, {1, -3600},
	} {
		const period = 11_111_111 * time.Nanosecond
		d := New(Config{Period: period, PPB: c.ppb, Start: 1})
		const slots = 324_000
		var e *client.Slot
		for range slots {
			e = d.Take(d.Next()).(*client.Slot)
		}
		nominal := slots * period
		// 1/(1+x) is not 1-x: 9 µs in an hour at 50 ppm.
		if off := e.Timing.DisplayAt.Sub(1) - nominal - c.want; off.Abs() > 10*time.Microsecond {
			t.Errorf("%d ppb: off by %v after an hour, want %v", c.ppb, off+c.want, c.want)
		}
		if e.Timing.Period != period || e.Timing.ID != slots {
			t.Errorf("%d ppb: %+v", c.ppb, e.Timing)
		}
	}
}

// Jitter delays announcements, never the light, and every one comes before its latch.
func TestJitter(t *testing.T) {
	d, plain := ten(Config{Jitter: 3 * time.Millisecond, Seed: 2}), ten(Config{})
	var latest time.Duration
	different := map[time.Duration]bool{}
	for range 1000 {
		now := d.Next()
		got := d.Take(now).(*client.Slot).Timing
		if want := plain.Take(plain.Next()).(*client.Slot).Timing; got != want {
			t.Fatalf("slot %+v, want %+v", got, want)
		}
		late := now.Sub(got.DisplayAt) + time.Duration(tick)
		if late < 0 || late >= 3*time.Millisecond || now >= got.LatchBy {
			t.Fatalf("slot %d was announced %v late", got.ID, late)
		}
		latest, different[late] = max(latest, late), true
		for d.Next() < got.DisplayAt { // nothing else happens
			t.Fatalf("something is due at %d", d.Next())
		}
		d.Take(got.DisplayAt) // lights up, nothing to tell
	}
	if latest < 2900*time.Microsecond || len(different) < 900 {
		t.Errorf("announcements were late by up to %v, in %d ways", latest, len(different))
	}
}

func TestValidate(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("Validate() = %v, want nil", err)
	}
	for want, cfg := range map[string]Config{
		"period": {Period: time.Microsecond}, "skew": {PPB: 1e9}, "scanout": {Scanout: 13 * time.Millisecond},
		"jitter": {Jitter: 11 * time.Millisecond},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault in %s is not told in: %v", want, err)
		}
	}
}

func BenchmarkSlot(b *testing.B) {
	d, request := New(Config{Start: 1}), &client.Latch{Handle: 1}
	d.Take(1)
	b.ReportAllocs()
	for b.Loop() {
		request.Slot, request.Frame = d.slot, request.Frame+1
		d.Do(d.light-ms, request)
		now := d.Next()
		for e := d.Take(now); e != nil; e = d.Take(now) {
		}
	}
}
