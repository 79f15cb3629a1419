package scenarios

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"airbridge/internal/av"
	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/clock"
	"airbridge/sim/decoder"
	"airbridge/sim/encoder"
	"airbridge/sim/game"
	"airbridge/sim/wake"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"

	"github.com/goccy/go-yaml/ast"
)

// settings are the keys of a session. They stand at the top of a file for all sessions, and in an entry of sessions for
// one.
func (r *reader) settings(v *sim.Session) []key {
	return []key{
		{"fps", r.number(&v.FPS, 10, 500)},
		{"bitrate", r.rate(&v.Bitrate, av.MinBitrate, av.MaxBitrate)},
		{"size", r.size(v)},
		{"slices", r.whole(&v.Slices, 1, 16)},
		{"latency", r.controller(&v.Latency, func(t string) error { _, err := latency.Parse(t); return err })},
		{"recovery", r.controller(&v.Recovery, func(t string) error { _, err := recovery.Parse(t); return err })},
		{"ecn", choice(r, &v.ECN, []string{"not-ect", "ect1", "ect0"}, []uint8{netem.NotECT, netem.ECT1, netem.ECT0})},
		{"streamer", r.host(&v.Streamer, sim.Drifting(5*time.Second, 10))},
		{"client", r.host(&v.Client, sim.Drifting(77*time.Second, -20))},
		{"game", r.game(v)},
		{"encoder", r.encoder(v)},
		{"decoder", r.decoder(v)},
		{"display", r.display(v)},
		{"head", func(at string, n ast.Node) {
			r.mapping(at, n, key{"latency", r.time(&v.Head.Latency, 0, time.Second)}, key{"age", r.time(&v.Head.Age, 0, time.Second)})
		}},
	}
}

func (r *reader) size(v *sim.Session) set {
	const want = "a size such as 1920x1080: even numbers from 16 to 16384"
	var s [2]int
	read := value(r, &s, want, func(t string) (s [2]int, ok bool) {
		w, h, found := strings.Cut(t, "x")
		s[0], _ = strconv.Atoi(w)
		s[1], _ = strconv.Atoi(h)
		return s, found && s[0] >= 16 && s[0] <= 1<<14 && s[1] >= 16 && s[1] <= 1<<14 && s[0]%2 == 0 && s[1]%2 == 0
	})
	return func(at string, n ast.Node) {
		if read(at, n); s[0] > 0 {
			v.Width, v.Height = s[0], s[1]
		}
	}
}

// controller takes the description of a controller.
func (r *reader) controller(to *string, check func(string) error) set {
	return func(at string, n ast.Node) {
		text, ok := r.scalar(at, n, "a controller")
		if !ok {
			return
		}
		if err := check(text); err != nil {
			r.faultf(at, n, "%v", err)
			return
		}
		*to = text
	}
}

// host takes a computer. What of its clock is not given is the default's.
func (r *reader) host(h *sim.Host, standard *clock.Config) set {
	return func(at string, n ast.Node) {
		r.mapping(at, n,
			key{"clock", func(at string, n ast.Node) {
				c := *standard
				if h.Clock != nil {
					c = *h.Clock
				}
				r.mapping(at, n,
					key{"offset", r.time(&c.Offset, -10*365*24*time.Hour, 10*365*24*time.Hour)},
					key{"ppm", r.ppm(&c.PPB, -10_000, 10_000)}, key{"wander_ppm", r.ppm(&c.WanderPPB, 0, 1000)})
				h.Clock = &c
			}},
			key{"wake", func(at string, n ast.Node) {
				p, words := wake.Profile{}, []string{"ideal", "pc", "quiet-pc", "headset"}
				choice(r, &p, words, []wake.Profile{wake.Ideal(), wake.PC(), wake.QuietPC(), wake.Headset()})(at, n)
				h.Wake = &p
			}})
	}
}

func (r *reader) game(v *sim.Session) set {
	return func(at string, n ast.Node) {
		g := &v.Game
		r.mapping(at, n,
			key{"kind", choice(r, &g.Kind, []string{"scene", "vsync", "video"}, []game.Kind{game.Scene, game.Vsync, game.Video})},
			key{"render", r.time(&g.Render.Mean, time.Microsecond, 10*time.Second)},
			key{"spread", r.number(&g.Render.Spread, 0, 5)},
			key{"persist", r.number(&g.Render.Persist, 0, 0.999)},
			key{"hitch_every", r.time(&g.Render.HitchEvery, time.Millisecond, 24*time.Hour)},
			key{"hitch", r.time(&g.Render.HitchMean, time.Microsecond, 10*time.Second)},
			key{"running_start", r.time(&g.Running, time.Microsecond, 100*time.Millisecond)},
			key{"slew", r.time(&g.SlewMax, time.Microsecond, time.Second)},
			key{"ppm", r.number(&g.PPM, -1000, 1000)},
			key{"pool", r.whole(&g.Pool, 1, 1024)})
		r.add(at, n, g.Validate())
	}
}

func (r *reader) encoder(v *sim.Session) set {
	return func(at string, n ast.Node) {
		e := &v.Encoder
		r.mapping(at, n,
			key{"spread", r.number(&e.Spread, 0.01, 20)},
			key{"slowness", r.number(&e.Slowness, 0.01, 1000)},
			key{"waiting", r.whole(&e.Waiting, 1, 64)},
			key{"one_by_one", r.truth(&e.OneByOne)})
	}
}

func (r *reader) decoder(v *sim.Session) set {
	return func(at string, n ast.Node) {
		d := &v.Decoder
		if d.Latency == (decoder.Latency{}) {
			d.Latency = decoder.Headset()
		}
		l := &d.Latency
		r.mapping(at, n,
			key{"kind", choice(r, l, []string{"headset", "pc"}, []decoder.Latency{decoder.Headset(), decoder.PC()})},
			key{"fixed", r.time(&l.Fixed, time.Microsecond, time.Second)},
			key{"per_megapixel", r.time(&l.PerMegapixel, 0, time.Second)},
			key{"per_byte_ns", r.number(&l.PerByte, 0, 100_000)},
			key{"transit", r.time(&l.Transit, 0, time.Second)},
			key{"spread", r.number(&l.Spread, 0, 1)},
			key{"memory", r.number(&l.Memory, 0, 0.999)},
			key{"depth", r.whole(&d.Depth, 1, 64)})
		r.add(at, n, d.Validate())
	}
}

func (r *reader) display(v *sim.Session) set {
	return func(at string, n ast.Node) {
		d := &v.Display
		r.mapping(at, n,
			key{"ppm", r.ppm(&d.PPB, -10_000, 10_000)},
			key{"scanout", r.time(&d.Scanout, time.Microsecond, 100*time.Millisecond)},
			key{"jitter", r.time(&d.Jitter, 0, 100*time.Millisecond)})
	}
}

// ready says whether the devices of a session can be what they are set to, together: the lab makes them so.
func ready(v sim.Session) error {
	fps := cmp.Or(v.FPS, sim.DefaultFPS)
	w, e := v.Display, v.Encoder
	w.Period = time.Duration(float64(time.Second) / fps)
	e.Width, e.Height, e.FPS, e.Slices = v.Width, v.Height, int(fps+0.5), v.Slices
	e.Bitrate = cmp.Or(v.Bitrate, sim.DefaultBitrate)
	g := v.Game
	g.Period = cmp.Or(g.Period, w.Period)
	for _, err := range []error{w.Validate(), encoder.Config.Validate(e), g.Validate()} {
		if err != nil {
			return fmt.Errorf("at %g frames a second: %w", fps, err)
		}
	}
	if v.Head.Latency < 0 || v.Head.Age < 0 {
		return fmt.Errorf("head latency %v, age %v: want none negative", v.Head.Latency, v.Head.Age)
	}
	return nil
}
