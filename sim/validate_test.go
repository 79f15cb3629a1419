package sim_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/clock"
	"airbridge/sim/decoder"
	"airbridge/sim/display"
	"airbridge/sim/encoder"
	"airbridge/sim/game"
	"airbridge/sim/head"
	"airbridge/units"
)

// TestAbsurdSessionsAreRefused spoils one thing at a time and looks for the word that tells which. Whatever is refused must
// be refused by New too, and never panic there.
func TestAbsurdSessionsAreRefused(t *testing.T) {
	for want, s := range map[string]sim.Session{
		"0.5 frames a second":    {FPS: 0.5},
		"-72 frames a second":    {FPS: -72},
		"501 frames a second":    {FPS: 501},
		"NaN frames a second":    {FPS: math.NaN()},
		"+Inf frames a second":   {FPS: math.Inf(1)},
		"from -1s to 0s":         {Starts: -time.Second},
		"from 10s to 0s":         {Starts: 10 * time.Second},
		"from 5s to 5s":          {Starts: 5 * time.Second, Stops: 5 * time.Second},
		"from 0s to -5s":         {Stops: -5 * time.Second},
		"ECN field 3":            {ECN: netem.CE},
		"bitrate 50k":            {Bitrate: 50 * units.Kbps},
		"bitrate 2G":             {Bitrate: 2 * units.Gbps},
		"bitrate 50M":            {Bitrate: 50 * units.Mbps, Encoder: encoder.Config{MaxBitrate: 40 * units.Mbps}},
		"want 4.2 at most":       {Bitrate: 900 * units.Mbps, FPS: 10},
		"size 1921x1080":         {Width: 1921, Height: 1080},
		"size 0x1080":            {Height: 1080},
		"size -2x-2":             {Width: -2, Height: -2},
		"slices":                 {Slices: 99},
		"-1 slices":              {Slices: -1},
		"latency":                {Latency: "sooner"},
		"recovery":               {Recovery: "hope"},
		"streamer: clock: skew":  {Streamer: sim.Host{Clock: &clock.Config{PPB: 1 << 40}}},
		"client: clock: wander":  {Client: sim.Host{Clock: &clock.Config{WanderPPB: -1}}},
		"game kind":              {Game: game.Config{Kind: 9}},
		"running start 13ms":     {Game: game.Config{Kind: game.Vsync, Running: 13 * time.Millisecond}, FPS: 90},
		"pool":                   {Game: game.Config{Pool: -1}},
		"slowness":               {Encoder: encoder.Config{Slowness: math.Inf(1)}},
		"decoder: depth":         {Decoder: decoder.Config{Depth: -1}},
		"decoder: fixed latency": {Decoder: decoder.Config{Latency: decoder.Latency{Fixed: time.Hour}}},
		"display: scanout":       {Display: display.Config{Scanout: 9 * time.Millisecond}, FPS: 120},
		"head: latency -1ms":     {Head: head.Config{Latency: -time.Millisecond}},
	} {
		scenario := sim.Scenario{Name: "absurd", Duration: 10 * time.Second, Link: cable, Sessions: []sim.Session{{}, s}}
		err := scenario.Validate()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "session 2: ") {
			t.Errorf("Validate() = %v, want %q about session 2", err, want)
		}
		for _, o := range []sim.Options{{}, {Series: true}} {
			if l, err := sim.New(scenario, o); err == nil || l != nil {
				t.Errorf("%s: New gives %v, %v", want, l, err)
			}
		}
	}
}

func TestAbsurdScenariosAreRefused(t *testing.T) {
	for want, s := range map[string]sim.Scenario{
		"there is no link":      {},
		"duration -1s":          {Link: cable, Duration: -time.Second},
		"duration 1ms":          {Link: cable, Duration: time.Millisecond},
		"duration 8760h0m0s":    {Link: cable, Duration: 8760 * time.Hour},
		"65 sessions":           {Link: cable, Sessions: make([]sim.Session, 65)},
		"duration 2562047h47m1": {Link: cable, Duration: math.MaxInt64},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate() = %v, want %q", err, want)
		}
		if _, err := sim.New(s, sim.Options{}); err == nil {
			t.Errorf("%s: New accepts it", want)
		}
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	err := sim.Scenario{
		Duration: -1,
		Sessions: []sim.Session{{Latency: "no", Recovery: "no", ECN: 7}, {FPS: 1}, {Width: 3, Height: 3, Encoder: encoder.Config{Waiting: -1}}},
	}.Validate()
	if err == nil {
		t.Fatal("Validate() = nil")
	}
	for _, want := range []string{
		"no link", "duration", "session 1: ", "latency", "recovery", "ECN field 7", "session 2: ", "1 frames a second", "session 3: ",
		"size 3x3", "-1 frames may wait",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %q in:\n%v", want, err)
		}
	}
}

func TestLinkThatCannotBeMadeIsTold(t *testing.T) {
	broken := errors.New("no such trace")
	_, err := sim.New(sim.Scenario{Name: "mine", Link: func(uint64) (netem.Medium, error) { return nil, broken }}, sim.Options{})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "scenario mine: link") {
		t.Errorf("New() = %v, want the scenario, the link and the reason", err)
	}
}

// TestDefaultsAreValid also proves that neither Validate nor New writes to what the caller owns.
func TestDefaultsAreValid(t *testing.T) {
	s := sim.Scenario{Name: "defaults", Link: cable, Sessions: []sim.Session{{}}}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	l := newLab(t, s, sim.Options{Series: true})
	if v := &s.Sessions[0]; v.FPS != 0 || v.Observe != nil || v.Streamer.Clock != nil || s.Duration != 0 {
		t.Errorf("the caller's session was written to: %+v", v)
	}
	if v := &l.Scenario.Sessions[0]; v.FPS != sim.DefaultFPS || v.Bitrate != sim.DefaultBitrate || l.Scenario.Duration != sim.DefaultDuration {
		t.Errorf("built: %g frames a second, %v, %v", v.FPS, v.Bitrate, l.Scenario.Duration)
	}
}
