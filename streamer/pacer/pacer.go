// Package pacer spreads a frame's datagrams over time, so that a burst does not overrun the queues on the path. It only
// says when the next burst may leave and how long it may be. It is sans-I/O and not safe for concurrent use.
package pacer

import (
	"fmt"
	"time"

	"airbridge/machine"
	"airbridge/units"
)

// DefaultRate is half of what an 80 MHz Wi-Fi 6 link carries.
const DefaultRate = 400 * units.Mbps

// Config is how to pace. Zero fields select the defaults.
type Config struct {
	// Rate is the rate on the path, headers included. Default DefaultRate.
	Rate units.Bitrate
	// Burst is how much of the path's time one burst takes. Default 500 µs: what a kernel timer can keep, and few enough
	// datagrams that a queue of 50 ms does not notice.
	Burst time.Duration
}

// overhead is what a datagram costs besides its payload: UDP and IPv6 headers.
const overhead = 48

// Pacer says when datagrams leave.
type Pacer struct {
	cfg  Config
	next units.Mono
}

// New returns a pacer which lets a first burst leave at once.
func New(cfg Config) *Pacer {
	if cfg.Rate == 0 {
		cfg.Rate = DefaultRate
	}
	if cfg.Burst == 0 {
		cfg.Burst = 500 * time.Microsecond
	}
	if cfg.Rate < 0 || cfg.Burst < 0 {
		panic(fmt.Sprintf("pacer: rate %d, burst %s", cfg.Rate, cfg.Burst))
	}
	return &Pacer{cfg: cfg}
}

// SetRate changes the rate from the next burst on; rate must be positive.
func (p *Pacer) SetRate(rate units.Bitrate) {
	if rate <= 0 {
		panic(fmt.Sprintf("pacer: rate %d", rate))
	}
	p.cfg.Rate = rate
}

// Rate returns the rate.
func (p *Pacer) Rate() units.Bitrate { return p.cfg.Rate }

// Next returns when the next burst may leave: in the past where it may at once.
func (p *Pacer) Next() units.Mono { return p.next }

// Budget returns how many datagrams of size bytes the next burst may hold, 1 to machine.MaxBurst.
func (p *Pacer) Budget(size int) int {
	n := int(p.cfg.Rate.BytesIn(p.cfg.Burst)) / (size + overhead)
	return min(max(n, 1), machine.MaxBurst)
}

// Sent notes that a burst of count datagrams, together bytes long, left at now. A timer that came late is made good by
// up to one burst: the frame's last datagram then leaves as early as promised, and never a burst of bursts. A pause counts
// as a late timer: a frame begins with two bursts at once.
func (p *Pacer) Sent(now units.Mono, count, bytes int) {
	earliest := now.Add(-p.cfg.Burst)
	p.next = max(p.next, earliest).Add(p.cfg.Rate.TimeToSend(units.ByteCount(bytes + count*overhead)))
}
