// Package netem is the contract of link models: what happens to packets between two hosts. A Medium is sans-I/O and
// deterministic, so that one model serves the event lab, the virtual network with real UDP shells, and the relay that
// impairs real traffic. The models live in the packages beside this one; this one holds what they share and how they
// are put together.
//
// # Who calls what
//
// The owner of a medium admits packets as they are sent and asks Next when something will happen. At that instant, not
// later, it calls Deliver. Instants never run backwards from call to call. Everything due at an instant is delivered
// before anything is admitted at that instant.
//
// Every packet admitted comes out of Deliver exactly once, with what became of it in Fate; a medium that doubles a
// packet says so first, by an extra record with Fate Doubled, and the copy comes out like any other. So an owner that
// keeps payloads knows when to let go of them.
package netem

import (
	"math"
	"time"
)

// True is the time of the world outside all hosts, in nanoseconds since the run began. No host can read it.
type True int64

// Never is later than every instant.
const Never True = math.MaxInt64

// Add returns the instant d after t; Never stays Never, and no sum goes beyond it.
func (t True) Add(d time.Duration) True {
	if d > 0 && t > Never-True(d) {
		return Never
	}
	return t + True(d)
}

// Sub returns t - u.
func (t True) Sub(u True) time.Duration { return time.Duration(t - u) }

// Dir is the way a packet goes.
type Dir uint8

// The two ways: Down to the client, Up to the streamer.
const (
	Down Dir = iota
	Up
	Dirs // how many there are
)

// String names the direction.
func (d Dir) String() string {
	if d == Down {
		return "down"
	}
	return "up"
}

// Fate is what became of a packet.
type Fate uint8

// The fates. All but Arrived and Doubled are losses.
const (
	Arrived  Fate = iota // it is there
	Doubled              // a copy of it was made, which will come out too; the packet itself is still under way
	Overflow             // a queue was full
	Marked               // an active queue management dropped it to signal congestion
	Lost                 // lost at random on the way
	Outage               // the link was down
	Retries              // a radio gave up after its last retry
	Expired              // it waited longer than a queue keeps packets
	Fates                // how many there are
)

// String names the fate.
func (f Fate) String() string {
	return [...]string{"arrived", "doubled", "overflow", "aqm drop", "lost", "outage", "retries", "expired", "unknown"}[min(f, Fates)]
}

// Overhead is what IPv4 and UDP add to a datagram (RFC 791, RFC 768), which a Packet's Size includes.
const Overhead = 28

// The ECN field (RFC 3168 §5).
const (
	NotECT = 0
	ECT1   = 1
	ECT0   = 2
	CE     = 3
)

// Packet is one packet on its way. It is small and passed by value; what it carries stays with its owner, who finds it by
// ID.
type Packet struct {
	// ID is the owner's name for the packet. Media only pass it on.
	ID uint32
	// Size is the length in bytes with IP and UDP header, above 0.
	Size int32
	// Flow is the session it belongs to, counted from 0; FlowOwn and above are a medium's own cross traffic, which never
	// leaves it.
	Flow uint16
	// Dir is the way it goes.
	Dir Dir
	// DSCP and ECN are the fields of its IP header; media may set ECN to CE where it is ECT0 or ECT1.
	DSCP, ECN uint8
	// Fate is what became of it; set when it comes out.
	Fate Fate
	// Flip, unless zero, is a damage to the payload that the checksum missed: bit (Flip-1) modulo the bits of the
	// datagram's first bytes, at most 36 of them, is inverted; see Damage.
	Flip uint32
	// Queued is how long it waited in queues so far.
	Queued time.Duration
}

// damageSpan is how many bytes at the front of a datagram Flip counts in: the headers, which every run keeps, whatever it
// elides.
const damageSpan = 36

// Damage inverts the bit of a datagram that Flip names, or inverts it back; false where there is nothing to invert.
func (p *Packet) Damage(datagram []byte) bool {
	bits := uint32(8 * min(len(datagram), damageSpan))
	if p.Flip == 0 || bits == 0 {
		return false
	}
	bit := (p.Flip - 1) % bits
	datagram[bit/8] ^= 1 << (bit % 8)
	return true
}

// FlowOwn is the first flow number of a medium's own traffic.
const FlowOwn = 0x8000

// Medium is a link model. It is not safe for concurrent use; whoever built it owns it.
type Medium interface {
	// Admit takes packets sent at now, in order. It keeps no reference to train.
	Admit(now True, train []Packet)
	// Next returns when Deliver has to be called next, Never where nothing is under way. It may be the present instant.
	Next() True
	// Deliver does everything due at now and appends the packets that came out to into, in order.
	Deliver(now True, into []Packet) []Packet
}

// Gauge is a medium that can tell its state, for reports.
type Gauge interface {
	// Capacity returns the rate in bits per second that the direction would carry now if it were alone, zero where the
	// medium does not limit it. Backlog returns how long a packet admitted now would wait before its first bit leaves.
	Capacity(now True, d Dir) float64
	Backlog(now True, d Dir) time.Duration
}

// Span is a disturbance that a medium planned or made: reports shade it.
type Span struct {
	// From and To bound it.
	From, To True
	// Name says what it is in a word or two: "outage", "roaming", "scan", "microwave".
	Name string
}

// Narrator is a medium that can tell its disturbances.
type Narrator interface {
	// Spans appends the disturbances that overlap the time from from to before to, in order of From.
	Spans(from, to True, into []Span) []Span
}
