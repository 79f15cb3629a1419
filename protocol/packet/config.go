package packet

import (
	"errors"
	"fmt"

	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Defaults of Config.
const (
	DefaultMaxFrame = 1 * units.ByteCount(1<<20)
	DefaultFrames   = 8
)

// Config says how a stream's frames are cut.
type Config struct {
	// Session is the session's number, which stands in every datagram.
	Session uint32
	// Datagram is the length of a full datagram on the path, wire.MinDatagram to wire.MaxDatagram. Default
	// wire.DefaultDatagram.
	Datagram int
	// Overhead is how many of those bytes a seal layer adds afterwards. Default 0.
	Overhead int
	// MaxFrame bounds a frame's bytes, FrameInfo included. Default 1 MiB, at most wire.MaxFrameLimit.
	MaxFrame units.ByteCount
	// Frames bounds the frames that are queued at one time. Default 8.
	Frames int
	// Parity says how many parity shards a block of k data shards gets, of an IDR or not: streamer/control/recovery makes
	// such controllers. Default none. A frame is protected or not as a whole, as Parity says of one shard when it begins.
	Parity redundancy
	// Carrier is how payload is kept. Default fec.Real.
	Carrier fec.Carrier
}

func (c Config) withDefaults() Config {
	if c.Datagram == 0 {
		c.Datagram = wire.DefaultDatagram
	}
	if c.MaxFrame == 0 {
		c.MaxFrame = DefaultMaxFrame
	}
	if c.Frames == 0 {
		c.Frames = DefaultFrames
	}
	if c.Carrier == nil {
		c.Carrier = fec.Real{}
	}
	return c
}

// Validate returns everything that is wrong with the configuration.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	if c.Datagram < wire.MinDatagram || c.Datagram > wire.MaxDatagram {
		errs = append(errs, fmt.Errorf("datagram %d: want %d to %d bytes", c.Datagram, wire.MinDatagram, wire.MaxDatagram))
	}
	if c.Overhead < 0 || c.Payload() < wire.FrameInfoSize {
		errs = append(errs, fmt.Errorf("overhead %d: a frame's prefix has to fit a datagram of %d bytes", c.Overhead, c.Datagram))
	}
	if c.MaxFrame <= wire.FrameInfoSize || c.MaxFrame > wire.MaxFrameLimit {
		errs = append(errs, fmt.Errorf("max frame %d: want %d to %d bytes", c.MaxFrame, wire.FrameInfoSize+1, wire.MaxFrameLimit))
	} else if p := c.Payload(); p > 0 && c.shards() > wire.MaxShards {
		errs = append(errs, fmt.Errorf("max frame %d: more than %d shards of %d bytes", c.MaxFrame, wire.MaxShards, p))
	}
	if c.Frames < 1 {
		errs = append(errs, fmt.Errorf("frames %d: want at least 1", c.Frames))
	}
	return errors.Join(errs...)
}

// Payload returns how many bytes of a frame a full datagram carries.
func (c Config) Payload() int { return c.withDefaults().Datagram - c.Overhead - wire.ShardOverhead }

// shards is how many shards the longest frame has.
func (c Config) shards() int { return (int(c.MaxFrame) + c.Payload() - 1) / c.Payload() }
