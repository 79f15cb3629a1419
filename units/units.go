// Package units holds the quantities every room of Airbridge shares: instants of one host's monotonic clock, data
// rates, byte counts and the numbers of frames, slots and poses. It imports nothing of the project.
package units

import (
	"math"
	"time"
)

// Mono is an instant in nanoseconds on this host's own monotonic clock. Its zero is arbitrary (the start of the
// process on hardware). Instants of two hosts never mix: a peer's stamp is a PeerMono until it is mapped.
type Mono int64

// Never is later than every instant: the deadline of a machine that waits for nothing.
const Never = Mono(math.MaxInt64)

// Add returns the instant d after m. Never stays Never.
func (m Mono) Add(d time.Duration) Mono {
	if m == Never {
		return Never
	}
	return m + Mono(d)
}

// Sub returns how long after o the instant m is; negative where m is earlier.
func (m Mono) Sub(o Mono) time.Duration { return time.Duration(m - o) }

// PeerMono is an instant in nanoseconds on the peer's monotonic clock, opaque until a clock map turns it into a Mono.
type PeerMono int64

// Sub returns how long after o the instant p is, both of the same peer.
func (p PeerMono) Sub(o PeerMono) time.Duration { return time.Duration(p - o) }

// Add returns the peer's instant d after p.
func (p PeerMono) Add(d time.Duration) PeerMono { return p + PeerMono(d) }

// FrameID numbers the frames a source rendered, from 1 and rising; it is 32 bits on the wire and lasts 690 days at
// 72 Hz. Zero is no frame.
type FrameID uint32

// SlotID numbers the display's refresh slots, from 1 and rising. Zero is no slot.
type SlotID uint32

// PoseID numbers the client's pose samples, from 1 and rising. Zero is no pose.
type PoseID uint32
