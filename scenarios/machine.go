package scenarios

import (
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/sim/game"
	"airbridge/sim/wake"
	"airbridge/units"
)

// machine is a minute over a good cable with computers that are not good.
func machine(name, title, about string, v sim.Session) Scenario {
	s := Scenario{Title: title, About: about, Source: "The device models of package sim; how slow: chosen, no outside truth."}
	s.Name, s.Sessions = name, []sim.Session{v}
	return s.on("cable of 400 Mbit/s", profile.Hop{Both: &profile.Path{Rate: 400 * units.Mbps, Delay: time.Millisecond}})
}

// machines are sources, hosts and devices in trouble.
func machines() []Scenario {
	busy := wake.Headset()
	for i := range busy.Arrival {
		busy.Arrival[i].NS *= 2
	}
	for i := range busy.Timer {
		busy.Timer[i].NS *= 2
	}
	fine := Want("lost == 0", "freezes == 0", "packets_lost == 0")
	return []Scenario{
		machine("slow-game", "a game that renders for 20 ms at 72 frames a second", "It cannot keep the rate: the streamer gives each frame two slots, and the picture "+
			"is steady at half the rate.", sim.Session{Game: game.Config{Render: game.Render{Mean: 20 * time.Millisecond}}}).
			expecting(fine, Want("slowed_s > 50", "rendered 2000..2600", "displayed_percent from 10s >= 95")),
		machine("hitching-game", "a game that hitches every two seconds", "Twelve milliseconds more, in the mean, for one frame every two seconds, which the latency controller makes room for.",
			sim.Session{Game: game.Config{Render: game.Render{HitchEvery: 2 * time.Second}}}).
			expecting(fine, Want("displayed_percent >= 97", "missed_slots <= 90")),
		machine("virtual-vsync", "a game on a virtual vsync", "As SteamVR's: it takes phase slowly, and falls to half the rate where it overruns.",
			sim.Session{Game: game.Config{Kind: game.Vsync}}).
			expecting(fine, Want("displayed_percent from 10s >= 97")),
		machine("film", "a film with a clock of its own, 40 ppm fast", "It takes no advice and draws from no pose: motion-to-photon is not known, and the phase wanders through the slots.",
			sim.Session{Game: game.Config{Kind: game.Video, PPM: 40}}).
			expecting(fine, Want("rendered 4200..4400")),
		machine("busy-headset", "a headset whose system wakes twice as late", "Datagrams wait and timers fire late: the latency controller has to aim earlier.",
			sim.Session{Client: sim.Host{Wake: &busy}}).
			expecting(fine, Want("displayed_percent from 5s >= 99")),
		machine("fast-display", "a display whose crystal is 100 ppm fast", "The slots run away from the host's clock, and the phase follows them.",
			func() (v sim.Session) { v.Display.PPB = 100_000; return v }()).
			expecting(fine, Want("displayed_percent from 5s >= 99")),
		machine("rough-frames", "frame sizes five times as rough as libx264's", "Sizes vary as much as in recorded VR streams (coefficient of variation 0.25).",
			func() (v sim.Session) { v.Encoder.Spread = 5; return v }()).
			expecting(fine, Want("displayed_percent from 5s >= 98")),
	}
}
