package relay

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"airbridge/netem"
)

// Defaults of Config.
const (
	// DefaultIdle is how long a client may be silent: far beyond the time after which a streamer gives a session up.
	DefaultIdle = 60 * time.Second
	// DefaultClients is how many clients there may be at once; each takes a socket with its buffers.
	DefaultClients = 64
	// DefaultPackets and DefaultBytes are what a second of 400 Mbit/s in full-sized packets needs, with room to spare.
	DefaultPackets = 1 << 16
	DefaultBytes   = 128 << 20
)

// MaxClients is the most that Config.Clients may be: every client takes a descriptor.
const MaxClients = 512

// Config says what to relay, and through what.
type Config struct {
	// Listen is the address that clients send to, HOST:PORT; port 0 for any.
	Listen string
	// To is the target, HOST:PORT.
	To string
	// Medium is the link between them. It belongs to Run, and must be new: instant zero is when Run begins.
	Medium netem.Medium
	// Clients is how many there may be at once. Default DefaultClients.
	Clients int
	// Idle is how long a client may be silent before it is forgotten. Default DefaultIdle.
	Idle time.Duration
	// Packets and Bytes bound what is under way; more is dropped and counted. Defaults DefaultPackets, DefaultBytes.
	Packets, Bytes int
	// Realtime asks for the real-time scheduling class and falls back to precise timers. Linux only.
	Realtime bool
	// Plain uses portable sockets and timers, as on systems other than Linux: without DSCP, ECN and stamps, and with
	// timers that are a millisecond late.
	Plain bool
	// Capture takes a pcapng file of what enters and leaves the link, in large writes from a goroutine of its own; nil
	// for none.
	Capture io.Writer
	// Ready is told the address that clients send to, once. Progress is told about once a second how things stand, on
	// the relay's goroutine: it must not block. Nil for nobody.
	Ready    func(listen netip.AddrPort)
	Progress func(Stats)
	// Log takes a line per event of the relay; nil is silent.
	Log *slog.Logger
}

func (c *Config) setDefaults() {
	orDefault(&c.Clients, DefaultClients)
	orDefault(&c.Packets, DefaultPackets)
	orDefault(&c.Bytes, DefaultBytes)
	if c.Idle == 0 {
		c.Idle = DefaultIdle
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Ready == nil {
		c.Ready = func(netip.AddrPort) {}
	}
	if c.Progress == nil {
		c.Progress = func(Stats) {}
	}
}

func orDefault(field *int, value int) {
	if *field == 0 {
		*field = value
	}
}

// Validate returns all faults at once.
func (c *Config) Validate() error {
	var faults []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	check(c.Medium != nil, "no medium")
	check(c.Clients >= 0 && c.Clients <= MaxClients, "clients %d: want 1 to %d", c.Clients, MaxClients)
	check(c.Idle >= 0, "idle time %v: want a duration above zero", c.Idle)
	check(c.Packets >= 0, "packets %d: want 1 or more", c.Packets)
	check(c.Bytes >= 0, "bytes %d: want 1 or more", c.Bytes)
	_, _, err := net.SplitHostPort(c.Listen)
	check(err == nil, "listen %q: want HOST:PORT", c.Listen)
	_, _, err = net.SplitHostPort(c.To)
	check(err == nil, "target %q: want HOST:PORT", c.To)
	return errors.Join(faults...)
}

// ErrLoop is returned where the target is the relay itself.
var ErrLoop = errors.New("the target is the relay itself")

// resolve finds the target's address.
func resolve(to string) (*net.UDPAddr, error) {
	a, err := net.ResolveUDPAddr("udp", to)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", to, err)
	}
	if a.Port == 0 {
		return nil, fmt.Errorf("target %s: port 0 is no port", to)
	}
	if a.IP == nil {
		a.IP = net.IPv4(127, 0, 0, 1) // an empty host is this one
	}
	return a, nil
}

// loops says whether what goes to target comes in at listen.
func loops(listen, target netip.AddrPort) bool {
	if listen.Port() != target.Port() {
		return false
	}
	if !listen.Addr().IsUnspecified() || target.Addr().IsLoopback() {
		return listen.Addr() == target.Addr() || listen.Addr().IsUnspecified()
	}
	local, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range local {
		if n, ok := a.(*net.IPNet); ok && n.IP.Equal(target.Addr().AsSlice()) {
			return true
		}
	}
	return false
}

// plainAddr returns an address without IPv6 clothes around IPv4, so that one peer has one name.
func plainAddr(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
