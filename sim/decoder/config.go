package decoder

import (
	"errors"
	"fmt"
	"time"

	"airbridge/units"
)

// Config is what a decoder is made of. The zero value decodes at once and looks at nothing.
type Config struct {
	Latency Latency
	// Depth is how many units may be inside, the one under way included. Default 8, what client/shell has buffers for.
	Depth int
	// Verify checks the bytes of each unit against package payload, as far as they are there: what is elided is trusted.
	Verify bool
	// Reference, where set, knows which frame another builds on, zero for none; ok is false for a frame it does not know.
	// The decoder then notices a reference it never had, which no decoder of the real world tells.
	Reference func(frame units.FrameID) (reference units.FrameID, ok bool)
	// Fail, where set, says which frames shall fail, for no other reason.
	Fail func(frame units.FrameID) bool
	// Seed and Name choose the stream of the latency: Name/decode. Default name "decoder".
	Seed uint64
	Name string
}

// Latency is how long one unit takes: (Fixed + PerMegapixel*size + PerByte*length) * jitter, at least Fixed/4, in which no
// other is decoded, and then Transit.
type Latency struct {
	// Fixed is what every unit takes.
	Fixed time.Duration
	// PerMegapixel is what a million pixels take besides; their number comes from client.Configure.
	PerMegapixel time.Duration
	// PerByte is what a byte of the unit takes besides, in nanoseconds.
	PerByte float64
	// Transit is the way to the decoder and back, during which it decodes others.
	Transit time.Duration
	// Spread is the jitter's standard deviation on a logarithmic scale, 0 to 1. The jitter is log-normal with mean 1, and
	// cut off at four standard deviations.
	Spread float64
	// Memory is its correlation from one unit to the next, 0 to below 1: what slows a decoder down lasts.
	Memory float64
}

// PC is libavcodec's H.264 decoder in software, with slice threads or one, on a PC with two processors. Fixed,
// PerMegapixel and Spread are fitted to means of 1.1–1.6, 2.0–2.4 and 3.5–4.6 ms at 1920x1080, 2560x1344 and 3664x1920 with
// 95th percentiles of 1.6–2.5, 3 and 5.5–6.2 ms, measured with units of 40 to 50 KB; how much of that goes with the bytes
// and how long slowness lasts was not measured, and is assumed.
func PC() Latency {
	return Latency{Fixed: 50 * time.Microsecond, PerMegapixel: 530 * time.Microsecond, PerByte: 4, Spread: .25, Memory: .5}
}

// Headset is a standalone headset's hardware decoder behind MediaCodec with its low-latency keys set. There is no outside
// truth for it: the one published breakdown, 18.9 ms of decoding in an older ALVR, is of the usual mode, which keeps frames
// back. Assumed is one frame in, one frame out at a pixel rate such hardware is sold for (4096x2160 at 120 Hz, a megapixel
// in 0.94 ms), an entropy decoder for 400 Mbit/s, and 2 ms for the way through the media server's processes.
func Headset() Latency {
	return Latency{
		Fixed: 300 * time.Microsecond, PerMegapixel: 940 * time.Microsecond, PerByte: 20, Transit: 2 * time.Millisecond,
		Spread: .15, Memory: .6,
	}
}

// Validate returns all faults at once.
func (c Config) Validate() error {
	var faults []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("decoder: "+format, args...))
		}
	}
	l := c.Latency
	refuse(c.Depth < 0, "depth %d: want a positive number", c.Depth)
	refuse(l.Fixed < 0 || l.Fixed > time.Second, "fixed latency %s: want 0 to 1 s", l.Fixed)
	refuse(l.PerMegapixel < 0 || l.PerMegapixel > time.Second, "latency of a megapixel %s: want 0 to 1 s", l.PerMegapixel)
	refuse(!(l.PerByte >= 0 && l.PerByte <= 1e5), "latency of a byte %v ns: want 0 to 100,000", l.PerByte)
	refuse(l.Transit < 0 || l.Transit > time.Second, "transit %s: want 0 to 1 s", l.Transit)
	refuse(!(l.Spread >= 0 && l.Spread <= 1), "spread %v: want 0 to 1", l.Spread)
	refuse(!(l.Memory >= 0 && l.Memory < 1), "memory %v: want 0 to below 1", l.Memory)
	return errors.Join(faults...)
}

// Why a unit gives no picture.
var (
	ErrBusy    = errors.New("decoder is busy")
	ErrCorrupt = errors.New("the unit is not what was encoded")
	ErrChosen  = errors.New("the frame was chosen to fail")
)

// Statistics are what a decoder counted.
type Statistics struct {
	// Decoded units gave a picture, Busy, Corrupt and Chosen ones failed for the reason of that name.
	Decoded, Busy, Corrupt, Chosen uint64
	// Orphans are frames of which the decoder knows that their reference was never decoded: a picture that a real decoder
	// would give, and nobody should see. Reordered ones came after a newer frame. Both are defects of the core.
	Orphans, Reordered uint64
	// Unknown counts releases of handles that are not lent: given back twice, or never lent. A defect of the core.
	Unknown uint64
	// LentMost is the most pictures that were lent at once: a hardware decoder has some ten.
	LentMost int
	// Lent is how many are lent now. After the end of a session they are leaked.
	Lent int
}
