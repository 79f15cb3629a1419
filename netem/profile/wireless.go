package profile

import (
	"time"

	"airbridge/units"
)

// cellSource is where the numbers of an 802.11ax cell come from.
const cellSource = "The cell, its parameters and the stations' traffic are those of ns-3.37's 802.11ax; docs/wifi.md compares the two. "

// modern is a headset near an access point of today: two streams, aggregates as long as the standard's window of 256
// packets allows.
func modern(mcs, width int, guard time.Duration) *WiFi {
	return &WiFi{Width: width, MaxAMPDU: 1 << 20, MaxMPDUs: 256, Headset: Radio{MCS: &mcs, Streams: 2, GuardInterval: guard}}
}

// contended is the cell of the comparison with ns-3: MCS 9, one stream, and stations that send at a rate while on.
func contended(stations int, rate units.Bitrate) *WiFi {
	mcs := 9
	return &WiFi{Width: 80, Headset: Radio{MCS: &mcs}, Stations: []Station{
		{Count: stations, Radio: Radio{MCS: &mcs}, Up: &OnOff{Rate: rate, On: 500 * time.Millisecond, Off: time.Second}},
	}}
}

// air is a link that is a Wi-Fi cell and a wire of half a millisecond to the streamer.
func air(w *WiFi) Spec { return Spec{Hop: Hop{WiFi: w, Both: &Path{Delay: 500 * time.Microsecond}}} }

func indoor() []Profile {
	far := &WiFi{Standard: "wifi5", Width: 80, Headset: Radio{Streams: 2, Fading: &Fading{SNR: 20, Sigma: 3, Correlation: 200 * time.Millisecond}}}
	near, wide := modern(11, 80, 800*time.Nanosecond), modern(9, 160, 800*time.Nanosecond)
	near.Headset.Loss, wide.Headset.Loss = 0.001, 0.001
	mcs8, mcs7 := 8, 7
	return []Profile{
		{
			Name:   "wifi6-near",
			Brief:  "Wi-Fi 6 in the same room, nobody else",
			Detail: "802.11ax, 80 MHz, two streams at MCS 11: about 1.2 Gbit/s on the air. Long aggregates, 0.1 % of MPDUs sent again.",
			Source: "Rates and timing of IEEE 802.11ax; loss and aggregate limit: no outside truth.",
			Spec:   air(near),
		},
		{
			Name:  "wifi6-busy",
			Brief: "Wi-Fi 6, three other stations at 15 Mbit/s each while on",
			Detail: "An 80 MHz 802.11ax cell with the headset at MCS 9, one stream (408 Mbit/s on the air), and three stations that send " +
				"15 Mbit/s each for half a second and pause for one, in the mean. The reference cell of the laboratory.",
			Source: cellSource + "There all traffic is best effort; here the headset's is what its DSCP says.",
			Spec:   air(contended(3, 15*units.Mbps)),
		},
		{
			Name:   "wifi6-crowded",
			Brief:  "Wi-Fi 6, five other stations at 25 Mbit/s each while on",
			Detail: "As wifi6-busy, with five stations at 25 Mbit/s: stalls of tens of milliseconds that come in bunches.",
			Source: cellSource + "There all traffic is best effort; here the headset's is what its DSCP says.",
			Spec:   air(contended(5, 25*units.Mbps)),
		},
		{
			Name:   "wifi6e-160",
			Brief:  "Wi-Fi 6E, 160 MHz in the 6 GHz band, nobody else",
			Detail: "802.11ax with two streams at MCS 9 over 160 MHz: 1.9 Gbit/s on the air. The 6 GHz band has no old devices and no radar.",
			Source: "Rates and timing of IEEE 802.11ax; loss and aggregate limit: no outside truth.",
			Spec:   air(wide),
		},
		{
			Name:   "wifi5-near",
			Brief:  "Wi-Fi 5 in the same room, one neighbour",
			Detail: "802.11ac, 80 MHz, two streams at MCS 8 (702 Mbit/s on the air), 1 % of MPDUs sent again, and a station with 5 Mbit/s while on.",
			Source: "Rates and timing of IEEE 802.11ac; loss and neighbour: no outside truth.",
			Spec: air(&WiFi{
				Standard: "wifi5", Width: 80, Headset: Radio{MCS: &mcs8, Streams: 2, Loss: 0.01},
				Stations: []Station{{Radio: Radio{MCS: &mcs7}, Up: &OnOff{Rate: 5 * units.Mbps}}},
			}),
		},
		{
			Name:  "wifi5-far",
			Brief: "Wi-Fi 5 two rooms away: weak, fading, slow",
			Detail: "802.11ac, 80 MHz, two streams, a signal-to-noise ratio of 20 dB that varies by 3 dB within 200 ms: the rate adaptation " +
				"moves between MCS 3 and 5, and MPDUs are lost when it is too bold.",
			Source: "Rates and timing of IEEE 802.11ac; fading and rate choice: no outside truth.",
			Spec:   air(far),
		},
	}
}

func disturbed() []Profile {
	scan, roam, oven := modern(9, 80, 800*time.Nanosecond), modern(9, 80, 800*time.Nanosecond), modern(7, 20, 800*time.Nanosecond)
	scan.Headset.Scan = &Scan{Every: 10 * time.Second, For: 80 * time.Millisecond, First: 5 * time.Second}
	roam.Headset.Roam = &Roam{Mean: 30 * time.Second, For: 150 * time.Millisecond}
	oven.Microwave = &Microwave{From: 5 * time.Second, For: 20 * time.Second, Every: 60 * time.Second}
	return []Profile{
		{
			Name:   "mesh-roam",
			Brief:  "changes access point about twice a minute, gone for 150 ms",
			Detail: "A headset that walks between the nodes of a mesh: 802.11ax, unreachable for 150 ms at each change, every 30 s in the mean.",
			Source: "Length and frequency of the gaps: no outside truth.",
			Spec:   air(roam),
		},
		{
			Name:   "microwave",
			Brief:  "2.4 GHz beside a microwave oven",
			Detail: "802.11ax over 20 MHz; an oven radiates for 40 % of each period of the mains, 20 s of every minute, and most MPDUs that end then are lost.",
			Source: "The oven's rhythm is that of a 50 Hz mains; duty, loss and length: no outside truth.",
			Spec:   air(oven),
		},
		{
			Name:   "background-scan",
			Brief:  "the headset leaves the channel for 80 ms every 10 s",
			Detail: "802.11ax with a headset that looks for other networks: both ends hold their packets back meanwhile, and then they come at once.",
			Source: "Length and interval of the scans: no outside truth.",
			Spec:   air(scan),
		},
	}
}
