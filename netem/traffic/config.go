package traffic

import (
	"errors"
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// Bounds of a Config.
const (
	// MaxFlows is how many flows one medium may have.
	MaxFlows = 256
	// minBaseRTT keeps an acknowledgement from coming back at the instant at which its packet came out.
	minBaseRTT, maxBaseRTT = 100 * time.Microsecond, 10 * time.Second
	minSize, maxSize       = 64, 65_535
	// minRate and minPeriod bound how many periods may pass between two packets of a steady flow.
	minRate, maxRate = units.Kbps, 1000 * units.Gbps
	minPeriod        = time.Millisecond
	// longest is more than any run lasts, and so far from where sums of times overflow that a drawn one does not either.
	longest = 366 * 24 * time.Hour
)

// Defaults of a Config.
const (
	// DefaultSize is the length of a packet with all headers: a full Ethernet frame's.
	DefaultSize = 1500
	// DefaultBaseRTT is a nearby server's.
	DefaultBaseRTT = 20 * time.Millisecond
	// DefaultWindow is the most a flow has under way: the default largest send buffer of Linux (tcp_wmem).
	DefaultWindow units.ByteCount = 4 << 20
)

// Config says which traffic shares the medium.
type Config struct {
	// Steady are flows that do not react to congestion.
	Steady []Steady
	// Bulk are TCP-like flows with endless data.
	Bulk []Bulk
	// Short are groups of TCP-like flows of files with pauses between them.
	Short []Short
	// FirstFlow is the number of the first flow, at least netem.FlowOwn, which is the default. The flows count up from
	// it, in the order Steady, Bulk, Short; media around or inside this one need other numbers.
	FirstFlow uint16
}

// Steady is a flow of equal packets at a constant rate, all the time or on and off.
type Steady struct {
	// Name is for statistics.
	Name string
	// Dir is the way it goes.
	Dir netem.Dir
	// Rate is its rate while it is on, with all headers: 1 kbit/s to 1 Tbit/s.
	Rate units.Bitrate
	// Size is a packet's length in bytes, 64 to 65535. Default DefaultSize.
	Size int32
	// On and Off are how long it sends and pauses, 1 ms to a year; both zero: always on. Exponential draws each period from
	// an exponential distribution with that mean, otherwise they are fixed. It begins with a pause. The clock for packets
	// stands still during pauses.
	On, Off     time.Duration
	Exponential bool
	// Start and Stop bound it in time; Stop zero: never.
	Start, Stop time.Duration
	// DSCP and ECN go into its headers.
	DSCP, ECN uint8
}

// Control is a congestion control.
type Control uint8

// The controls.
const (
	Cubic    Control = iota // RFC 9438
	Reno                    // RFC 5681
	controls                // how many there are
)

// String names the control in lower case.
func (c Control) String() string {
	return [...]string{"cubic", "reno", "unknown"}[min(c, controls)]
}

// Bulk is a TCP-like flow with endless data.
type Bulk struct {
	// Name is for statistics.
	Name string
	// Dir is the way of its data.
	Dir netem.Dir
	// Control is its congestion control.
	Control Control
	// BaseRTT is the time from a packet's coming out of the medium to its acknowledgement's reaching the sender: all of
	// the round trip that is not this medium. 100 µs to 10 s. Default DefaultBaseRTT.
	BaseRTT time.Duration
	// ECN sends ECT(0) and answers CE like a loss (RFC 3168).
	ECN bool
	// Window is the most it has under way. Default DefaultWindow.
	Window units.ByteCount
	// Start and Stop bound it in time; Stop zero: never.
	Start, Stop time.Duration
	// DSCP goes into its headers.
	DSCP uint8
}

// Short is a group of flows that each fetch a file, over a new connection, and pause. RFC 8867 §5.7 has ten of them, 30 to
// 50 kB, with pauses of exponential distribution and 10 s in the mean.
type Short struct {
	// Bulk describes each of the flows; its Name gets a number.
	Bulk
	// Flows is how many there are.
	Flows int
	// MinSize and MaxSize bound the file, uniform between them.
	MinSize, MaxSize units.ByteCount
	// Idle is the mean pause, before the first file as well.
	Idle time.Duration
}

// Validate returns everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	n := len(c.Steady) + len(c.Bulk)
	for i, s := range c.Steady {
		errs = append(errs, within(fmt.Sprintf("steady flow %d", i), s.check()))
	}
	for i, b := range c.Bulk {
		errs = append(errs, within(fmt.Sprintf("bulk flow %d", i), b.check()))
	}
	for i, s := range c.Short {
		errs = append(errs, within(fmt.Sprintf("short flows %d", i), s.check()))
		n += s.Flows
	}
	if n > MaxFlows {
		errs = append(errs, fmt.Errorf("%d flows: want at most %d", n, MaxFlows))
	}
	if c.FirstFlow != 0 && (c.FirstFlow < netem.FlowOwn || int(c.FirstFlow)+n > 1<<16) {
		errs = append(errs, fmt.Errorf("first flow %d: want %d or more, and all below 65536", c.FirstFlow, netem.FlowOwn))
	}
	return errors.Join(errs...)
}

func within(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (s Steady) check() error {
	switch {
	case s.Rate < minRate || s.Rate > maxRate:
		return fmt.Errorf("rate %v: want %v to %v", s.Rate, minRate, maxRate)
	case s.Size != 0 && (s.Size < minSize || s.Size > maxSize):
		return fmt.Errorf("size %d: want %d to %d bytes", s.Size, minSize, maxSize)
	case (s.On == 0) != (s.Off == 0) || s.On < 0 || s.Off < 0:
		return fmt.Errorf("on %v, off %v: want both above 0, or none", s.On, s.Off)
	case s.On > 0 && (min(s.On, s.Off) < minPeriod || max(s.On, s.Off) > longest):
		return fmt.Errorf("on %v, off %v: want %v to a year", s.On, s.Off, minPeriod)
	case s.ECN > netem.CE || s.DSCP > 63:
		return fmt.Errorf("dscp %d, ecn %d: want at most 63 and 3", s.DSCP, s.ECN)
	}
	return checkTimes(s.Dir, s.Start, s.Stop)
}

func checkTimes(d netem.Dir, start, stop time.Duration) error {
	switch {
	case d >= netem.Dirs:
		return fmt.Errorf("direction %d: want down or up", d)
	case start < 0 || stop < 0 || stop > 0 && stop <= start:
		return fmt.Errorf("start %v, stop %v: want a start of 0 or more and a later stop", start, stop)
	case max(start, stop) > longest:
		return fmt.Errorf("start %v, stop %v: want at most a year", start, stop)
	}
	return nil
}

func (b Bulk) check() error {
	switch {
	case b.Control >= controls:
		return fmt.Errorf("congestion control %d: want Cubic or Reno", b.Control)
	case b.BaseRTT != 0 && (b.BaseRTT < minBaseRTT || b.BaseRTT > maxBaseRTT):
		return fmt.Errorf("base round trip %v: want %v to %v", b.BaseRTT, minBaseRTT, maxBaseRTT)
	case b.Window != 0 && (b.Window < 4*segment || b.Window > 1<<30):
		return fmt.Errorf("window %d: want 4 segments (%d bytes) to 1 GiB", b.Window, 4*segment)
	case b.DSCP > 63:
		return fmt.Errorf("dscp %d: want at most 63", b.DSCP)
	}
	return checkTimes(b.Dir, b.Start, b.Stop)
}

func (s Short) check() error {
	switch {
	case s.Flows < 1 || s.Flows > MaxFlows:
		return fmt.Errorf("%d flows: want 1 to %d", s.Flows, MaxFlows)
	case s.MinSize < 1 || s.MaxSize < s.MinSize || s.MaxSize > 1<<40:
		return fmt.Errorf("files of %d to %d bytes: want at least 1, rising, at most 1 TiB", s.MinSize, s.MaxSize)
	case s.Idle <= 0 || s.Idle > longest:
		return fmt.Errorf("idle %v: want above 0, at most a year", s.Idle)
	}
	return s.Bulk.check()
}

// Count returns how many flows there are.
func (c Config) Count() int {
	n := len(c.Steady) + len(c.Bulk)
	for _, s := range c.Short {
		n += s.Flows
	}
	return n
}
