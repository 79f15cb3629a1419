package sim

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"airbridge/internal/stream"
	"airbridge/protocol/wire"
	"airbridge/sim/decoder"
	"airbridge/sim/display"
	"airbridge/sim/encoder"
	"airbridge/sim/game"
	"airbridge/sim/head"
	"airbridge/streamer"
	"airbridge/units"
)

// topBitrate is what an encoder can be set to, unless its session says otherwise or starts above it.
const topBitrate = 400 * units.Mbps

// name is what the random streams of a thing in a session are called.
func name(session int, thing string) string { return fmt.Sprintf("session %d/%s", session+1, thing) }

// period is the time between two frames.
func (v *Session) period() time.Duration { return time.Duration(float64(time.Second) / v.FPS) }

// stretch is how long the session streams, by its streamer's clock.
func (s *Scenario) stretch(i int) time.Duration {
	v := &s.Sessions[i]
	return min(cmp.Or(v.Stops, s.Duration), s.Duration) - v.Starts
}

// core is the streamer's configuration, but for its controllers.
func (s *Scenario) core(i int) streamer.Config {
	v := &s.Sessions[i]
	return streamer.Config{
		Width: v.Width, Height: v.Height, Period: v.period(), Bitrate: v.Bitrate, Slices: v.Slices,
		Steerable: v.Game.Kind.Steerable(), Posed: v.Game.Kind.Posed(), Elide: !s.FullPayload,
		Nonce: stream.New(s.Seed, name(i, "streamer/nonce")).Uint64, Once: true, Duration: s.stretch(i),
		Observe: v.Observe,
	}
}

func (s *Scenario) game(i int) game.Config {
	v := &s.Sessions[i]
	g := v.Game
	g.Period, g.Seed, g.Name = cmp.Or(g.Period, v.period()), s.Seed, name(i, "game")
	return g
}

func (s *Scenario) encoder(i int) encoder.Config {
	v := &s.Sessions[i]
	e := v.Encoder
	e.Width, e.Height, e.FPS, e.Bitrate = v.Width, v.Height, int(v.FPS+0.5), v.Bitrate
	e.MaxBitrate = cmp.Or(e.MaxBitrate, max(v.Bitrate, topBitrate))
	e.Slices, e.Full, e.Seed, e.Name = v.Slices, s.FullPayload, s.Seed, name(i, "encoder")
	return e
}

func (s *Scenario) decoder(i int) decoder.Config {
	d := s.Sessions[i].Decoder
	d.Verify, d.Seed, d.Name = s.FullPayload, s.Seed, name(i, "decoder")
	return d
}

func (s *Scenario) display(i int) display.Config {
	v := &s.Sessions[i]
	w := v.Display
	w.Period, w.Seed, w.Name = v.period(), s.Seed, name(i, "display")
	return w
}

func (s *Scenario) head(i int) head.Config {
	h := s.Sessions[i].Head
	h.Seed = s.Seed
	return h
}

// devices returns all faults of what a session is built of.
func (s *Scenario) devices(i int) error {
	v := &s.Sessions[i]
	var faults []error
	if mean := float64(v.Bitrate) / 8 / v.FPS; mean > wire.MaxFrameLimit/2 {
		faults = append(faults, fmt.Errorf("%v at %g frames a second: frames of %.1f MB: want %.1f at most",
			v.Bitrate, v.FPS, mean/1e6, float64(wire.MaxFrameLimit)/2e6))
	}
	if h := v.Head; h.Latency < 0 || h.Age < 0 {
		faults = append(faults, fmt.Errorf("head: latency %s, age %s: want none negative", h.Latency, h.Age))
	}
	return errors.Join(append(faults, s.core(i).Validate(), s.game(i).Validate(), s.encoder(i).Validate(),
		s.decoder(i).Validate(), s.display(i).Validate())...)
}
