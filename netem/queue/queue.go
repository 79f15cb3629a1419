// Package queue holds the queue disciplines of links: drop-tail, CoDel, FQ-CoDel, DualPI2 and step marking.
//
// All of them signal congestion alike: where a packet's ECN field allows it they set it to CE, otherwise they drop the
// packet with Fate Marked. A packet that finds no room is dropped with Fate Overflow.
package queue

import (
	"airbridge/netem"
	"airbridge/units"
)

// Discipline is a queue before a link. It is not safe for concurrent use; its link owns it. Instants never run
// backwards from call to call.
type Discipline interface {
	// Push takes a copy of a packet that comes at now, while the link runs at rate (the last one above zero where it
	// stalls), and appends what it drops to drops, which may be other packets than p.
	Push(now netem.True, rate units.Bitrate, p *netem.Packet, drops []netem.Packet) []netem.Packet
	// Pop moves the packet whose turn it is at now into into, with its wait added to Queued, and appends what it drops on
	// the way to drops. It returns false where nothing is left.
	Pop(now netem.True, into *netem.Packet, drops []netem.Packet) (ok bool, after []netem.Packet)
	// Len returns how many packets wait, Bytes how long they are together.
	Len() int
	Bytes() int64
}
