package scenarios

import (
	"fmt"
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/units"
)

// trouble is a minute on a link of 100 Mbit/s, 2 ms each way, to which one thing happens.
func trouble(name, title, about string, v sim.Session, down profile.Path) Scenario {
	s := Scenario{Title: title, About: about, Source: "RFC 8867's reference capacity times 100, delays of a home; what happens: chosen, no outside truth."}
	s.Name, s.Sessions = name, []sim.Session{v}
	down.Delay = 2 * time.Millisecond
	if len(down.Steps) == 0 {
		down.Rate = 100 * units.Mbps
	}
	return s.on(title, profile.Hop{Down: &down, Up: &profile.Path{Rate: 100 * units.Mbps, Delay: 2 * time.Millisecond}})
}

// bursts loses so many packets in a row at 10, 20, … 50 s.
func bursts(packets int) profile.Path {
	l := &profile.Loss{}
	for at := 10; at <= 50; at += 10 {
		l.Bursts = append(l.Bursts, profile.Burst{At: seconds(at), Packets: packets})
	}
	return profile.Path{Loss: l}
}

// troubles are one thing each that happens to an otherwise good link.
func troubles() []Scenario {
	v := sim.Session{Bitrate: 40 * units.Mbps}
	protected := v
	protected.Recovery = "fec:20"
	away := profile.Path{Outages: &profile.Outages{Planned: []profile.Window{{From: seconds(20), To: 21500 * time.Millisecond}}}}
	fall := profile.Path{Steps: []profile.Step{at(0, 100), at(20, 30), at(40, 100)}}
	list := []Scenario{
		trouble("burst-loss", "three packets lost in a row, five times", "Each burst costs one frame and an IDR, and nothing else.", v, bursts(3)).
			expecting(Want("packets_lost 10..15", "lost 5..25", "idr 6..11", "freezes == 0", "displayed_percent >= 99")),
		trouble("burst-loss-fec", "three packets lost in a row, five times, with parity", "A fifth of parity makes the bursts good: no frame is lost, no IDR asked for.", protected, bursts(3)).
			expecting(Want("packets_lost 10..15", "lost == 0", "idr == 1", "freezes == 0", "displayed_percent >= 99.5")),
		trouble("burst-loss-long", "300 packets lost in a row, five times", "Some six frames are gone at once; an IDR brings the picture back before anyone sees a freeze.", v, bursts(300)).
			expecting(Want("packets_lost 1400..1500", "lost 25..75", "freezes <= 5", "longest_freeze_ms < 250", "displayed_percent from 55s >= 99")),
		trouble("outage-return", "nothing passes for a second and a half, and then all is well again",
			"The picture stands as long, and is back within one. After two seconds of silence the two would give each other up.", v, away).
			expecting(Want("displayed_percent from 5s to 19s >= 99", "freezes 1..2", "longest_freeze_ms 1500..2500", "displayed_percent from 23s >= 99", "freezes from 23s == 0")),
		trouble("capacity-fall", "30 Mbit/s instead of 100 for twenty seconds", "The stream of 40 Mbit/s does not fit for twenty seconds, and is back within two when it does."+constantRate, v, fall).
			expecting(Want("lost to 19s == 0", "freezes to 19s == 0", "lost from 22s to 38s > 0", "displayed_percent from 42s >= 99", "freezes from 42s == 0")),
	}
	return append(list, losses()...)
}

// losses are random losses with and without parity.
func losses() (list []Scenario) {
	v := sim.Session{Bitrate: 20 * units.Mbps}
	for _, recovery := range []string{"idr", "fec:20"} {
		v.Recovery = recovery
		path := profile.Path{Loss: &profile.Loss{Share: 0.001}}
		name := "loss-idr"
		want := Want("packet_loss_percent 0.05..0.15", "freezes <= 3", "displayed_percent >= 80", "idr > 10")
		if recovery != "idr" {
			name = "loss-fec"
			want = Want("packet_loss_percent 0.05..0.15", "freezes == 0", "displayed_percent >= 99.5", "lost == 0")
		}
		list = append(list, trouble(name, fmt.Sprintf("one packet in a thousand lost, recovery %s", recovery),
			"The same losses are met by an IDR each, and by parity.", v, path).expecting(want))
	}
	return list
}
