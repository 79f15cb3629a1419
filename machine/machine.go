// Package machine is the contract between what decides and what does.
//
// A core (streamer.Core, client.Core) is a Machine: a sans-I/O state machine that is given instants, datagrams and
// device events, and answers with datagrams to send now, requests to its devices and the instant it next wants to be
// woken. A driver pumps it: over real sockets (transport), or inside the lab. The same sequence of inputs always
// yields the same sequence of outputs; a Trace folds both into one hash.
//
// # Order at one instant
//
// A driver hands over everything due at an instant before it ticks: first datagrams in order of arrival, then device
// events by Kind and ID, then Tick where the deadline has come. All of them carry the same now.
//
// # Ownership
//
// Data handed over in either direction is valid during the call only; who wants to keep it copies it. Handles
// (frames of a source or a decoder) are the exception: their owner keeps them until a release request names them.
package machine

import (
	"net/netip"

	"airbridge/units"
)

// Kind names a type of event. Its order is the order of device events at one instant.
type Kind uint8

// The kinds every machine knows. Device kinds of a package start at KindDevice; KindTick only marks ticks in traces.
const (
	KindDatagram Kind = 0
	KindSend     Kind = 1
	KindDevice   Kind = 16
	KindTick     Kind = 255
)

// Event is one thing that happens to a machine (an input) or that a machine asks of a device (a request). Events are
// passed as pointers which their sender may re-use after the call.
type Event interface {
	// Kind is constant for a type.
	Kind() Kind
	// ID orders events of one kind at one instant: a frame, slot or pose number.
	ID() uint64
	// Fold adds what identifies the event, without its payload, to the trace.
	Fold(h *Hash)
}

// Machine decides. It is not safe for concurrent use: one driver owns it.
type Machine interface {
	// Handle takes one input at now. Instants never run backwards from call to call.
	Handle(now units.Mono, in Event, out Output)
	// Tick is called once at or after Deadline, when everything due at now has been handled.
	Tick(now units.Mono, out Output)
	// Deadline is when the machine wants to be ticked, units.Never where it waits for inputs only. An instant in the
	// past asks for a tick at once.
	Deadline() units.Mono
}

// Output takes what a machine decides, during Handle and Tick.
type Output interface {
	// Send puts a burst on the path now: nothing is queued outside the core.
	Send(b Burst)
	// Do passes a request to a device, which answers by later inputs.
	Do(r Event)
}

// MaxBurst is the most datagrams of one Burst: what the kernel's segmentation offload takes in one call.
const MaxBurst = 64

// Burst is a train of datagrams to one peer in one slab: exactly one segmentation-offload call.
type Burst struct {
	// To is the peer's address.
	To netip.AddrPort
	// DSCP is the differentiated services code point of every datagram, 0–63 (RFC 2474).
	DSCP uint8
	// Size is the length on the path of each datagram but the last, which may be shorter.
	Size int
	// Slab holds the datagrams back to back, at most MaxBurst of them.
	Slab []byte
	// Elided is how many bytes at the end of every full datagram are not in the slab, LastElided the same of the last:
	// a payload that nobody looks at need not be carried about. Zero on every real path, which refuses anything else.
	Elided, LastElided int
}

// Count returns how many datagrams the burst holds; none where Size is not positive.
func (b Burst) Count() int {
	stride := b.stride()
	if stride <= 0 {
		return 0
	}
	return (len(b.Slab) + stride - 1) / stride
}

// Bytes returns the length of all datagrams together, elided bytes included.
func (b Burst) Bytes() int {
	n := b.Count()
	if n == 0 {
		return 0
	}
	return len(b.Slab) + (n-1)*b.Elided + b.LastElided
}

// Each calls f with every datagram in order, Count of them: what the slab holds of it and how many bytes are elided.
func (b Burst) Each(f func(datagram []byte, elided int)) {
	stride := b.stride()
	for rest := b.Slab; stride > 0 && len(rest) > 0; {
		n := min(stride, len(rest))
		elided := b.Elided
		if n == len(rest) {
			elided = b.LastElided
		}
		f(rest[:n], elided)
		rest = rest[n:]
	}
}

// stride is how many bytes of the slab a full datagram takes.
func (b Burst) stride() int { return b.Size - b.Elided }

// Datagram is the input for one datagram that arrived.
type Datagram struct {
	// From is the peer's address.
	From netip.AddrPort
	// At is when it arrived, from the kernel where it has a stamp; never after the now of the call.
	At units.Mono
	// ECN is the explicit congestion notification field, 0–3 (RFC 3168).
	ECN uint8
	// Data is the UDP payload.
	Data []byte
	// Elided is how many bytes at its end are not there; see Burst.
	Elided int
}

// Length returns the length on the path.
func (d *Datagram) Length() int { return len(d.Data) + d.Elided }

// Kind returns KindDatagram.
func (*Datagram) Kind() Kind { return KindDatagram }

// ID is zero: datagrams are ordered by arrival.
func (*Datagram) ID() uint64 { return 0 }

// Fold adds arrival, ECN, length and header.
func (d *Datagram) Fold(h *Hash) {
	h.Pair(uint64(d.At), uint64(d.ECN)<<32|uint64(d.Length()))
	h.Header(d.Data)
}
