package scenarios

import (
	"fmt"
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/units"
)

// The cell of the Wi-Fi cases: 802.11ax, 80 MHz, two streams at MCS 9, some 600 Mbit/s for one application, where the RFC has
// 802.11n with about 20, and allows newer radios. So wireless cases have half the RFC's flows at some 25 times its rate; the
// wired ones scale by 100 as all others.
const (
	source8869 = "RFC 8869 §%s; cell of 802.11ax in the place of 802.11n, as the RFC allows; wired rates times 100, loads of the cell to its capacity"
	cellAbout  = " The program streams down only: the media of other directions are stations that send at a steady rate."
)

// cell is the Wi-Fi of a case with stations that send.
func cell(stations ...profile.Station) *profile.WiFi {
	mcs := 9
	return &profile.WiFi{Width: 80, MaxAMPDU: 1 << 20, MaxMPDUs: 256, Headset: profile.Radio{MCS: &mcs, Streams: 2, Loss: 0.001}, Stations: stations}
}

// senders are stations with a steady flow up, always on but for a gap of a millisecond now and then.
func senders(count int, mbps int) profile.Station {
	mcs := 9
	return profile.Station{
		Count: count, Radio: profile.Radio{MCS: &mcs, Streams: 2},
		Up: &profile.OnOff{Rate: units.Bitrate(mbps) * units.Mbps, On: 30 * time.Second, Off: time.Millisecond},
	}
}

func (p place) case8869(section string, number int, title, about string, sessions ...sim.Session) Scenario {
	return p.published(fmt.Sprintf("rfc8869-%s-%d", section, number), title, about+cellAbout, fmt.Sprintf(source8869, section), seconds(120), sessions...)
}

// rfc8869 are the Wi-Fi cases of RFC 8869, at home: the RFC's 50 ms to a server have no part in a house, where both ends are.
// The wired bottleneck is run as written too.
func rfc8869() (list []Scenario) {
	for _, p := range []place{wide, home} {
		list = append(list, p.wired()...)
	}
	return append(list, home.wireless()...)
}

// access is a cell behind which lies a wire of 100 Mbit/s each way.
func (p place) access(s Scenario, stations []profile.Station, t *profile.Traffic) Scenario {
	return s.on("cell behind 100 Mbit/s", profile.Hop{WiFi: cell(stations...), Both: p.path(at(0, 100)), Traffic: t})
}

func (p place) wired() []Scenario {
	up := func(rate, from, to int) *profile.Traffic {
		return &profile.Traffic{Steady: []profile.Steady{{Direction: "up", Rate: units.Bitrate(rate) * units.Mbps, Start: seconds(from), Stop: seconds(to)}}}
	}
	both := func(a, b *profile.Traffic) *profile.Traffic {
		return &profile.Traffic{Steady: append(a.Steady, b.Steady...), Bulk: b.Bulk}
	}
	media := up(60, 0, 119)
	fine := Want("packets_lost == 0", "freezes == 0", "displayed_percent from 5s >= 98")
	return []Scenario{
		p.access(p.case8869("3.1", 1, "wired bottleneck, one flow", "A flow of 60 Mbit/s behind 100 Mbit/s.", flow(60, 0, 119)), nil, nil).
			expecting(fine),
		p.access(p.case8869("3.1", 2, "wired bottleneck, a flow each way", "60 Mbit/s each way behind 100 Mbit/s each way.", flow(60, 0, 119)), nil, media).
			expecting(fine),
		p.access(p.case8869("3.1", 3, "wired bottleneck, upload until 60 s", "As 2, with another 100 Mbit/s up until 60 s: feedback and poses wait.", flow(60, 0, 119)), nil,
			both(media, up(100, 0, 60))).
			expecting(Want("packets_lost == 0", "displayed_percent from 64s >= 98", "freezes from 64s == 0")),
		p.access(p.case8869("3.1", 4, "wired bottleneck, upload from 60 s on", "As 2, with another 100 Mbit/s up from 60 s on.", flow(60, 0, 119)), nil,
			both(media, up(100, 60, 119))).
			expecting(Want("packets_lost == 0", "displayed_percent from 5s to 59s >= 98", "freezes to 59s == 0")),
		p.access(p.case8869("3.1", 5, "wired bottleneck, TCP upload", "A flow of 60 Mbit/s down and an endless CUBIC flow up, which fills the queue that feedback waits in.", flow(60, 0, 119)), nil,
			&profile.Traffic{Bulk: []profile.TCP{{Direction: "up", Stop: seconds(119)}}}).
			expecting(Want("packets_lost == 0", "freezes == 0")),
	}
}

// crowd is as many sessions of 40 Mbit/s.
func crowd(n int) (list []sim.Session) {
	for range n {
		list = append(list, flow(40, 0, 119))
	}
	return list
}

func (p place) wireless() []Scenario {
	air := func(s Scenario, t *profile.Traffic, w *profile.WiFi) Scenario {
		return s.on("cell of 802.11ax", profile.Hop{WiFi: w, Both: &profile.Path{Delay: 500 * time.Microsecond}, Traffic: t})
	}
	steady := func(from, to int) *profile.Traffic {
		return &profile.Traffic{Steady: []profile.Steady{{Direction: "up", Rate: 100 * units.Mbps, Start: seconds(from), Stop: seconds(to)}}}
	}
	fits := Want("freezes from 5s == 0", "displayed_percent from 5s >= 95")
	slow := 1
	far := profile.Station{Count: 4, Radio: profile.Radio{MCS: &slow}, Up: &profile.OnOff{Rate: 8 * units.Mbps, On: 30 * time.Second, Off: time.Millisecond}}
	unmanaged := cell(senders(4, 30))
	unmanaged.NoWMM = true
	return []Scenario{
		air(p.case8869("3.2", 1, "full cell, flows down", "8 sessions of 40 Mbit/s each: more than fits.", crowd(8)...), nil, cell()).
			expecting(Want("packets_lost > 0", "queue_p99_ms > 50")),
		air(p.case8869("3.2", 2, "full cell, flows up", "A session of 40 Mbit/s and 7 stations that send 40 Mbit/s each.", crowd(1)...), nil, cell(senders(7, 40))).expecting(fits),
		air(p.case8869("3.2", 3, "full cell, flows each way", "4 sessions of 40 Mbit/s and 4 stations that send 30 Mbit/s each.", crowd(4)...), nil, cell(senders(4, 30))).expecting(fits),
		air(p.case8869("3.2", 4, "full cell, upload until 60 s", "As 3, with another 100 Mbit/s up until 60 s.", crowd(4)...), steady(0, 60), cell(senders(4, 30))).
			expecting(Want("displayed_percent from 64s >= 95")),
		air(p.case8869("3.2", 5, "full cell, upload from 61 s on", "As 3, with another 100 Mbit/s up from 61 s on.", crowd(4)...), steady(61, 119), cell(senders(4, 30))).
			expecting(Want("displayed_percent from 5s to 60s >= 95", "freezes from 5s to 60s == 0")),
		air(p.case8869("3.2", 6, "full cell, TCP upload from 40 to 80 s", "As 3, with five CUBIC flows up from 40 to 80 s.", crowd(4)...),
			&profile.Traffic{Bulk: []profile.TCP{{Count: 5, Direction: "up", Start: seconds(40), Stop: seconds(80)}}}, cell(senders(4, 30))).
			expecting(Want("displayed_percent from 5s to 39s >= 95", "displayed_percent from 84s >= 95")),
		p.arriving(air),
		air(p.case8869("3.3", 1, "without priorities", "As 3.2-3, with all traffic best effort.", crowd(4)...), nil, unmanaged).
			expecting(Want("displayed_percent >= 75")),
		air(p.case8869("3.3", 2, "slow stations", "4 sessions of 40 Mbit/s, beside four stations at MCS 1 and one stream that send 8 Mbit/s each: they take most of the airtime.", crowd(4)...),
			nil, cell(far)).expecting(Want("displayed_percent from 5s >= 95")),
	}
}

// arriving is the case in which sessions come within the first ten seconds and go within the last ten; the RFC draws the
// instants, here they are spread evenly.
func (p place) arriving(air func(Scenario, *profile.Traffic, *profile.WiFi) Scenario) Scenario {
	const n = 6
	var sessions []sim.Session
	for i := range n {
		v := flow(40, 0, 0)
		v.Starts, v.Stops = time.Duration(i)*10*time.Second/n, 110*time.Second+time.Duration(i*5%n)*10*time.Second/n
		sessions = append(sessions, v)
	}
	return air(p.case8869("3.2", 7, "sessions come and go", "6 sessions of 40 Mbit/s, which begin within ten seconds and end within ten.", sessions...), nil, cell()).
		expecting(Want("displayed_percent >= 95", "freezes == 0"))
}
