package profile

import (
	"time"

	"airbridge/units"
)

// shared are links with other traffic or with a queue that signals.
func shared() []Profile {
	const rate, near = 100 * units.Mbps, 2 * time.Millisecond
	down := func(q *Queue) *Path { return &Path{Rate: rate, Queue: q, Delay: near} }
	return []Profile{
		{
			Name:   "l4s",
			Brief:  "100 Mbit/s with a DualPI2 queue (L4S)",
			Detail: "Packets sent as ECT(1) wait in a queue of their own and are marked from 0.8 ms of queueing on. 5 ms each way.",
			Source: "RFC 9332 and Linux's defaults for DualPI2, as package queue has them; rate and delay: no outside truth.",
			Spec:   both(Path{Rate: rate, Queue: &Queue{Kind: "dualpi2"}, Delay: 5 * time.Millisecond}),
		},
		{
			Name:   "smart-queue",
			Brief:  "two TCP downloads behind FQ-CoDel",
			Detail: "A router with FQ-CoDel at 100 Mbit/s keeps flows apart: who stays below its share waits hardly at all.",
			Source: "RFC 8290's defaults; rate, delay and traffic: no outside truth.",
			Spec: Spec{Hop: Hop{
				Down: down(&Queue{Kind: "fq-codel"}), Up: down(nil),
				Traffic: &Traffic{Bulk: []TCP{{Count: 2}}},
			}},
		},
		{
			Name:   "download",
			Brief:  "a TCP download shares 100 Mbit/s and fills the queue",
			Detail: "One endless CUBIC flow from a server 20 ms away, from 5 s on, through the same drop-tail queue of 100 ms.",
			Source: "RFC 8867 §5.6 with one flow, its 2 Mbit/s times 50; queue and delays of a home.",
			Spec: Spec{Hop: Hop{
				Down: down(nil), Up: down(nil),
				Traffic: &Traffic{Bulk: []TCP{{Start: 5 * time.Second}}},
			}},
		},
		{
			Name:   "browsing",
			Brief:  "ten people fetch small files",
			Detail: "Ten CUBIC flows fetch 30 to 50 kB each, with pauses of 10 s in the mean, through the same queue.",
			Source: "RFC 8867 §5.7's flows, at 100 Mbit/s; delays of a home.",
			Spec: Spec{Hop: Hop{
				Down: down(nil), Up: down(nil),
				Traffic: &Traffic{Short: []Short{{TCP: TCP{Count: 10}}}},
			}},
		},
		{
			Name:  "two-bottlenecks",
			Brief: "100 Mbit/s behind 120 Mbit/s, a download on each",
			Detail: "Two hops in a row, each with cross traffic of its own: a steady 30 Mbit/s on the first, a CUBIC flow on the second. " +
				"Queues build up in both.",
			Source: "After RFC 8867 §6.3; rates and traffic: no outside truth.",
			Spec: Spec{
				Hop: Hop{
					Both:    &Path{Rate: 120 * units.Mbps, Delay: near},
					Traffic: &Traffic{Steady: []Steady{{Rate: 30 * units.Mbps, On: 2 * time.Second, Off: 2 * time.Second, Exponential: true}}},
				},
				Hops: []Hop{{Both: &Path{Rate: rate, Delay: near}, Traffic: &Traffic{Bulk: []TCP{{}}}}},
			},
		},
	}
}
