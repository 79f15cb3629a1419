package jitter

import (
	"errors"
	"fmt"
	"time"

	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Defaults of Config.
const (
	DefaultFrames        = 16
	DefaultReorderWindow = 3 * time.Millisecond
	DefaultPatience      = 25 * time.Millisecond
)

// laterDatagrams is how many datagrams may overtake a missing one before it counts as lost whatever the time: more than
// one aggregate of Wi-Fi frames, within which the air reorders, usually holds (IEEE 802.11 block acknowledgement window).
const laterDatagrams = 64

// Config says how a stream's frames are put together again.
type Config struct {
	// Payload is how many bytes of a frame a full shard carries: the stream's datagram less headers and sealing.
	Payload int
	// MaxFrame bounds a frame's bytes, FrameInfo included, at most wire.MaxFrameLimit.
	MaxFrame units.ByteCount
	// Frames bounds the frames held at one time, finished ones included. Default 16.
	Frames int
	// ReorderWindow is how long something missing may be overtaken before it counts as lost. Default 3 ms.
	ReorderWindow time.Duration
	// Patience is how long the newest frame may stay unfinished after its first shard. Default 25 ms.
	Patience time.Duration
	// Carrier is how payload is kept. Default fec.Real.
	Carrier fec.Carrier
}

func (c Config) withDefaults() Config {
	if c.Frames == 0 {
		c.Frames = DefaultFrames
	}
	if c.ReorderWindow == 0 {
		c.ReorderWindow = DefaultReorderWindow
	}
	if c.Patience == 0 {
		c.Patience = DefaultPatience
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
	if c.Payload < 1 || c.Payload > wire.MaxDatagram {
		errs = append(errs, fmt.Errorf("payload %d: want 1 to %d bytes", c.Payload, wire.MaxDatagram))
	}
	if c.MaxFrame < 1 || c.MaxFrame > wire.MaxFrameLimit {
		errs = append(errs, fmt.Errorf("max frame %d: want 1 to %d bytes", c.MaxFrame, wire.MaxFrameLimit))
	} else if c.Payload >= 1 && c.shards() > wire.MaxShards {
		errs = append(errs, fmt.Errorf("max frame %d: more than %d shards of %d bytes", c.MaxFrame, wire.MaxShards, c.Payload))
	}
	if c.Frames < 1 {
		errs = append(errs, fmt.Errorf("frames %d: want at least 1", c.Frames))
	}
	if c.ReorderWindow < 0 || c.Patience < 0 {
		errs = append(errs, fmt.Errorf("reorder window %s, patience %s: want no negative time", c.ReorderWindow, c.Patience))
	}
	return errors.Join(errs...)
}

// blocks is how many blocks the longest frame has.
func (c Config) blocks() int { return (c.shards() + wire.BlockShards - 1) / wire.BlockShards }

// held is how many bytes of the longest frame are kept.
func (c Config) held() int { return c.Carrier.Kept(c.shards() * c.Payload) }

// shards is how many shards the longest frame has.
func (c Config) shards() int { return (int(c.MaxFrame) + c.Payload - 1) / c.Payload }
