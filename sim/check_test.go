package sim

import (
	"strings"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/netem"
	"airbridge/netem/delay"
	"airbridge/sim/payload"
	"airbridge/units"
)

// lab returns a lab over a plain millisecond, with full payload, that has run for a while.
func lab(t *testing.T, length, ran time.Duration) *Lab {
	t.Helper()
	l, err := New(Scenario{
		Name: "checked", Duration: length, FullPayload: true, Sessions: []Session{{Bitrate: 5 * units.Mbps}},
		Link: func(uint64) (netem.Medium, error) {
			return delay.New(delay.Config{Propagation: time.Millisecond}, nil), nil
		},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.Run(ran)
	return l
}

// TestDefectsOfACoreAreFound has a client do what none may, and looks for it in the record. What is done to the devices here
// a core would do by mistake.
func TestDefectsOfACoreAreFound(t *testing.T) {
	unit := make([]byte, 1000)
	payload.Fill(unit, 100_000, 0)
	wrong := append([]byte(nil), unit...)
	wrong[500] ^= 1
	for want, mistake := range map[string]func(p *Pair, now units.Mono){
		"not what was encoded": func(p *Pair, now units.Mono) {
			p.decoder.Do(now, &client.Decode{Frame: 100_000, IDR: true, Unit: wrong})
		},
		"without what they refer to": func(p *Pair, now units.Mono) {
			p.chain.links[100_000%remembered] = link{100_000, 99_999}
			p.decoder.Do(now, &client.Decode{Frame: 100_000, Unit: unit})
		},
		"decoded after a newer one": func(p *Pair, now units.Mono) {
			p.decoder.Do(now, &client.Decode{Frame: 1, IDR: true, Unit: unit})
		},
		"given back that nobody had": func(p *Pair, now units.Mono) { p.decoder.Do(now, &client.Release{Handle: 1 << 40}) },
		"shown that had been given back": func(p *Pair, now units.Mono) {
			p.display.Do(now, &client.Latch{Slot: 1 << 30, DisplayAt: now, Frame: 1, Handle: 1 << 40})
		},
		"frames rendered": func(p *Pair, _ units.Mono) { p.Results().Frames.Lost++ },
	} {
		l := lab(t, time.Minute, 3*time.Second)
		p := l.Pairs[0]
		if err := p.Check(); err != nil {
			t.Fatalf("before anything was done: %v", err)
		}
		mistake(p, p.Client.Clock.Mono(l.world.Now()))
		r := l.Runs("test")[0]
		if r.Incomplete == nil || !strings.HasPrefix(*r.Incomplete, "defect: ") || !strings.Contains(*r.Incomplete, want) {
			shown := "nothing"
			if r.Incomplete != nil {
				shown = *r.Incomplete
			}
			t.Errorf("the record says %s, want %q", shown, want)
		}
	}
}

// TestLeakIsFoundAtTheEnd has the decoder lend a picture to nobody, while the session runs and after it.
func TestLeakIsFoundAtTheEnd(t *testing.T) {
	for _, c := range []struct {
		ran  time.Duration
		want string
	}{{2 * time.Second, "interrupted"}, {time.Hour, "defect: 1 pictures were never given back"}} {
		l := lab(t, 3*time.Second, c.ran)
		p := l.Pairs[0]
		unit := make([]byte, 100)
		payload.Fill(unit, 100_000, 0)
		p.decoder.Do(p.Client.Clock.Mono(l.world.Now()), &client.Decode{Frame: 100_000, IDR: true, Unit: unit})
		for at := p.decoder.Next(); at != units.Never; at = p.decoder.Next() {
			p.decoder.Take(at)
		}
		if r := l.Runs("test")[0]; r.Incomplete == nil || *r.Incomplete != c.want {
			t.Errorf("after %v the record says %v, want %q", c.ran, r.Incomplete, c.want)
		}
	}
}

// TestNothingLeaks runs to the end over links on which sessions end in different ways.
func TestNothingLeaks(t *testing.T) {
	for _, d := range []time.Duration{time.Second, 3 * time.Second} {
		l := lab(t, d, time.Hour)
		p := l.Pairs[0]
		if frames, out := p.decoder.Leaked(), p.game.Out(); len(frames) > 0 || out > 0 || !p.settled {
			t.Errorf("frames %v are leaked, %d are out, settled %v", frames, out, p.settled)
		}
		if s := p.decoder.Statistics(); s.Decoded == 0 || s.LentMost == 0 {
			t.Errorf("the decoder lent nothing: %+v", s)
		}
	}
}
