package profile

import (
	"time"

	"airbridge/units"
)

// impaired are links with one fault each, on a reference of 100 Mbit/s and 2 ms each way: RFC 8867's 1 Mbit/s scaled by 100,
// with the delay of a home.
func impaired() []Profile {
	const rate, near = 100 * units.Mbps, 2 * time.Millisecond
	return []Profile{
		{
			Name:   "lossy",
			Brief:  "1 % of packets lost at random",
			Detail: "100 Mbit/s, 2 ms each way, every packet lost with probability 1 %, independently, in both directions.",
			Source: "The least of the loss rates of RFC 8868 §4.2, independent as in its §4.4; rate and delay: no outside truth.",
			Spec:   both(Path{Rate: rate, Delay: near, Loss: &Loss{Share: 0.01}}),
		},
		{
			Name:   "bursty",
			Brief:  "losses in bursts, 7.4 % in the mean (Gilbert-Elliott)",
			Detail: "100 Mbit/s, 2 ms each way. In its bad state, about one packet long, the link loses every second packet, in its good state 4 %.",
			Source: "The Gilbert-Elliott parameters with which Tambur (NSDI 2023) was evaluated.",
			Spec: both(Path{
				Rate: rate, Delay: near,
				Loss: &Loss{Bursty: &Bursty{ToBad: 0.068, ToGood: 0.852, LossGood: 0.04, LossBad: 0.5}},
			}),
		},
		{
			Name:   "outage",
			Brief:  "nothing passes for a second now and then",
			Detail: "100 Mbit/s, 2 ms each way; down from 10 s to 11 s, and then at random, every 30 s in the mean for half a second in the mean.",
			Source: untold,
			Spec: both(Path{Rate: rate, Delay: near, Outages: &Outages{
				Planned: []Window{{10 * time.Second, 11 * time.Second}}, MeanUp: 30 * time.Second, MeanDown: 500 * time.Millisecond,
			}}),
		},
		{
			Name:  "capacity-drop",
			Brief: "100, 250, 60 and 100 Mbit/s in turn",
			Detail: "The capacity changes at 40 s, 60 s and 80 s, and begins again after 100 s; 2 ms each way, drop-tail queue of 100 ms. " +
				"Upwards it stays 100 Mbit/s.",
			Source: "RFC 8867 §5.1, rates times 100; delay and queue of a home instead of its 50 ms and 300 ms.",
			Spec: Spec{Hop: Hop{
				Down: &Path{Delay: near, Repeat: 100 * time.Second, Steps: []Step{
					{0, rate}, {40 * time.Second, 250 * units.Mbps}, {60 * time.Second, 60 * units.Mbps}, {80 * time.Second, rate},
				}},
				Up: &Path{Rate: rate, Delay: near},
			}},
		},
		{
			Name:   "asymmetric-uplink",
			Brief:  "100 Mbit/s down, 1 Mbit/s with a deep queue up",
			Detail: "Poses and feedback share a narrow way back, whose drop-tail queue of 500 ms delays them as soon as they are too many.",
			Source: "The ratio of RFC 8867 §5.3's congested feedback path and worse; no outside truth.",
			Spec: Spec{Hop: Hop{
				Down: &Path{Rate: rate, Delay: near},
				Up:   &Path{Rate: units.Mbps, Queue: &Queue{Time: 500 * time.Millisecond}, Delay: near},
			}},
		},
	}
}

// delayed are links whose fault is the time that packets take.
func delayed() []Profile {
	const rate, near = 100 * units.Mbps, 2 * time.Millisecond
	return []Profile{
		{
			Name:   "bufferbloat",
			Brief:  "60 Mbit/s with a queue of one second",
			Detail: "Who sends more than 60 Mbit/s loses nothing for a second and sees latency grow instead: only delay tells of congestion.",
			Source: "The shallower of the bloated queues of RFC 8868 §4.3 (1 s); the rate: no outside truth.",
			Spec:   both(Path{Rate: 60 * units.Mbps, Queue: &Queue{Time: time.Second}, Delay: near}),
		},
		{
			Name:   "jittery",
			Brief:  "5 ms of jitter without reordering",
			Detail: "100 Mbit/s, 20 ms each way, with a jitter of normal distribution, 5 ms standard deviation, cut at 15 ms.",
			Source: "The jitter of RFC 8867 §5 (RFC 8868 §4.5.3); the delay is less than its 50 ms, so that 15 ms still fit.",
			Spec:   both(Path{Rate: rate, Delay: 20 * time.Millisecond, Jitter: &Jitter{Spread: 5 * time.Millisecond}}),
		},
		{
			Name:   "reordering",
			Brief:  "packets overtake each other within 2 ms",
			Detail: "100 Mbit/s, 5 ms each way, even jitter of 2 ms to either side, with reordering, and 0.1 % of packets doubled.",
			Source: untold,
			Spec: both(Path{
				Rate: rate, Delay: 5 * time.Millisecond, Duplicate: 0.001,
				Jitter: &Jitter{Shape: "uniform", Spread: 2 * time.Millisecond, Reorder: true},
			}),
		},
		{
			Name:   "heavy-tail",
			Brief:  "mostly quick, sometimes tens of milliseconds late",
			Detail: "100 Mbit/s, 2 ms each way and a one-sided jitter with a Pareto tail (shape 0.15), without reordering.",
			Source: "Shape fitted to frame delays of an 802.11ax cell under contention in ns-3.37; as independent jitter of packets: no outside truth.",
			Spec:   both(Path{Rate: rate, Delay: near, Jitter: &Jitter{Shape: "pareto", Spread: 300 * time.Microsecond, Tail: 0.15}}),
		},
	}
}
