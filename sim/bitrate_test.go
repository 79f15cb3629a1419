package sim_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/decoder"
	"airbridge/sim/encoder"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// TestBigFramesFit streams at rates whose frames are longer than the streamer's default bound, IDRs and outliers included:
// none is too long to be sent. At the highest rates the pacer has no room, and frames are skipped or late.
func TestBigFramesFit(t *testing.T) {
	fast := func(uint64) (netem.Medium, error) { return wire(10 * units.Gbps), nil }
	for _, c := range []struct {
		bitrate units.Bitrate
		fps     float64
		spread  float64
		room    bool // in the pacer
	}{
		{bitrate: 300 * units.Mbps, fps: 72, room: true},
		{bitrate: 300 * units.Mbps, fps: 10, room: true},
		{bitrate: 200 * units.Mbps, fps: 30, spread: 2, room: true},
		{bitrate: 100 * units.Mbps, fps: 90, spread: 5, room: true}, // as wild as recorded VR streams
		{bitrate: 100 * units.Kbps, fps: 72, room: true},            // and small ones
		{bitrate: 400 * units.Mbps, fps: 72},
		{bitrate: 400 * units.Mbps, fps: 30},
		{bitrate: units.Gbps, fps: 120},
	} {
		longest, idrs := units.ByteCount(0), 0
		s := sim.Scenario{Name: c.bitrate.String(), Duration: 3 * time.Second, Link: fast, Sessions: []sim.Session{{
			Bitrate: c.bitrate, FPS: c.fps, Encoder: encoder.Config{Spread: c.spread, Slowness: 0.01},
			Decoder: decoder.Config{Latency: decoder.Latency{Fixed: time.Millisecond}},
			Observe: func(f *statistics.Frame, _ statistics.Offset) {
				longest = max(longest, f.Bytes)
				if f.IDR {
					idrs++
				}
			},
		}}}
		l, runs := run(t, s, sim.Options{})
		whole(t, runs)
		r, res := &runs[0], l.Pairs[0].Results()
		mean := float64(c.bitrate) / 8 / c.fps
		t.Logf("%v at %g frames a second: longest frame %d bytes, %.1f times the mean, %d IDRs", c.bitrate, c.fps, longest,
			float64(longest)/mean, idrs)
		if res.Unsendable > 0 || idrs == 0 {
			t.Errorf("%v at %g: %d frames could not be sent, %d IDRs", c.bitrate, c.fps, res.Unsendable, idrs)
		}
		if !c.room {
			continue
		}
		if *r.Frames.Lost+*r.Frames.Skipped > 0 || float64(*r.Frames.Rendered) < 2.7*c.fps {
			t.Errorf("%v at %g: %d rendered, %d lost, %d skipped", c.bitrate, c.fps, *r.Frames.Rendered, *r.Frames.Lost, *r.Frames.Skipped)
		}
		between(t, "goodput_mbps", r.Network.GoodputMbps, 0.7*float64(c.bitrate)/1e6, 1.3*float64(c.bitrate)/1e6)
	}
}

// TestChainsBreakAndHeal loses frames so that the core has to ask for IDRs: no frame is ever decoded without what it refers
// to, which Runs would tell.
func TestChainsBreakAndHeal(t *testing.T) {
	for _, link := range []string{"lossy", "bursty", "reordering", "outage", "two-bottlenecks", "mesh-roam"} {
		for _, recovery := range []string{"idr", "fec:10"} {
			s := named(t, link, sim.Session{Bitrate: 15 * units.Mbps, Recovery: recovery})
			s.Seed, s.Duration, s.FullPayload = 5, 10*time.Second, true
			_, runs := run(t, s, sim.Options{})
			whole(t, runs)
			if link == "lossy" && recovery == "idr" && *runs[0].Recovery.IDR < 5 {
				t.Errorf("%s: %d IDRs: nothing was to heal", link, *runs[0].Recovery.IDR)
			}
		}
	}
}

// TestCodecsThatFailAreSurvived has every tenth frame fail in the encoder and others in the decoder.
func TestCodecsThatFailAreSurvived(t *testing.T) {
	s := sim.Scenario{Name: "fails", Duration: 5 * time.Second, Link: cable, FullPayload: true, Sessions: []sim.Session{{
		Bitrate: 10 * units.Mbps,
		Encoder: encoder.Config{Fail: func(f units.FrameID) error {
			if f%50 == 10 {
				return encoder.ErrBusy
			}
			return nil
		}},
	}}}
	s.Sessions[0].Decoder.Fail = func(f units.FrameID) bool { return f%60 == 30 }
	_, runs := run(t, s, sim.Options{})
	whole(t, runs)
	if r := &runs[0]; *r.Recovery.IDR < 5 || *r.Frames.Skipped == 0 || *r.Frames.Displayed < 200 {
		t.Errorf("%d IDRs, %d skipped, %d displayed", *r.Recovery.IDR, *r.Frames.Skipped, *r.Frames.Displayed)
	}
}
