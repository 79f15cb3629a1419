package profile

import (
	"time"

	"airbridge/units"
)

// untold is the source of numbers that were chosen, not measured.
const untold = "Chosen to be recognisable; no outside truth."

func wired() []Profile {
	return []Profile{
		{
			Name:  "perfect",
			Brief: "nothing lost, no limit, 0.1 ms each way",
			Detail: "What a controller does when the network does nothing: every other profile is judged against it. " +
				"The tenth of a millisecond keeps cause before effect.",
			Source: untold,
			Spec:   Spec{Hop: Hop{Both: &Path{Delay: 100 * time.Microsecond}}},
		},
		{
			Name:  "usb",
			Brief: "cable: 300 Mbit/s, 1 ms each way, no loss",
			Detail: "A USB 2 cable with port forwarding: bytes wait, none are lost. The queue of a second stands for the stream's " +
				"back-pressure, which the packet model does not have.",
			Source: "USB 2.0 signals 480 Mbit/s, of which bulk transfers carry at most 53 MB/s (USB 2.0 §5.8.4); 300 Mbit/s and the delay: no outside truth.",
			Spec:   Spec{Hop: Hop{Both: &Path{Rate: 300 * units.Mbps, Queue: &Queue{Time: time.Second}, Delay: time.Millisecond}}},
		},
		{
			Name:   "ethernet",
			Brief:  "gigabit Ethernet: 0.2 ms each way, no loss",
			Detail: "Both ends on one switch. The wire is never what limits; what is left are the two hosts.",
			Source: "IEEE 802.3ab rate, and a switch port's usual buffer of about 1 MB (8 ms); the delay: no outside truth.",
			Spec:   Spec{Hop: Hop{Both: &Path{Rate: units.Gbps, Queue: &Queue{Bytes: 1_000_000}, Delay: 200 * time.Microsecond}}},
		},
	}
}

// both is a link that is the same in both directions.
func both(p Path) Spec { return Spec{Hop: Hop{Both: &p}} }
