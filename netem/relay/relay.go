package relay

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"airbridge/internal/quantile"
	"airbridge/netem"
	"airbridge/netem/pcap"
)

// relay is what both kinds of sockets share. It belongs to the goroutine that Run was called on.
type relay struct {
	cfg    Config
	target netip.AddrPort
	core   *core
	start  time.Time // instant zero, with a monotonic reading
	late   quantile.Histogram[time.Duration]
	drops  uint64     // lost in this machine before a read
	told   netem.True // when Progress was told last

	scheduling string
	stamps     bool
}

// Run relays until ctx ends, which is no error, or until the listening socket breaks. It returns what it did in either
// case, once it has begun. No goroutine and no socket is left.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	cfg.setDefaults()
	target, err := resolve(cfg.To)
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	r := &relay{cfg: cfg, target: plainAddr(target.AddrPort())}
	pump, err := r.open()
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	defer pump.shut()
	if listen := pump.addr(); loops(listen, r.target) {
		return nil, fmt.Errorf("relay: listen %s, target %s: %w", listen, r.target, ErrLoop)
	}
	if err := r.pump(ctx, pump); err != nil {
		return r.result(), fmt.Errorf("relay: %w", err)
	}
	return r.result(), nil
}

// pump is a kind of sockets with the loop that waits for them.
type pump interface {
	wires
	// addr is where clients send to.
	addr() netip.AddrPort
	// run feeds the core until ctx ends.
	run(ctx context.Context) error
	// shut frees the listening socket, and the thread where run has held one.
	shut()
}

// open opens the listening socket, of the kernel's kind where the system has that.
func (r *relay) open() (pump, error) {
	if !r.cfg.Plain {
		if p, err := openKernel(r); p != nil || err != nil {
			return p, err
		}
	}
	return openPlain(r)
}

// pump runs p, with a capture where one is wanted.
func (r *relay) pump(ctx context.Context, p pump) (err error) {
	r.start = time.Now()
	var tap *pcap.Writer
	if r.cfg.Capture != nil {
		s := newSpool(r.cfg.Capture)
		defer func() { err = errors.Join(err, tap.Close(), s.close()) }()
		if tap, err = pcap.New(s, pcap.Config{Start: r.start}); err != nil {
			return err
		}
	}
	r.core = newCore(r.cfg, r.target, p, tap)
	defer r.core.end()
	r.cfg.Ready(p.addr())
	err = p.run(ctx)
	r.cfg.Log.Info("relay ended", "clients", r.core.stats.Clients, "under_way", r.core.pool.inUse())
	return err
}

func (r *relay) now() netem.True { return netem.True(time.Since(r.start)) }

// left notes that a datagram due at due has been handed to the system.
func (r *relay) left(due netem.True) { r.late.Record(r.now().Sub(due)) }

// tell tells the progress once a second; the core wakes the loop that often.
func (r *relay) tell() {
	if r.core.now.Sub(r.told) >= second {
		r.told = r.core.now
		r.cfg.Progress(r.stats())
	}
}

func (r *relay) stats() Stats {
	s := r.core.snapshot()
	s.Elapsed, s.ReceiveDrops = time.Duration(r.now()), r.drops
	return s
}

func (r *relay) result() *Result {
	if r.core == nil {
		return nil
	}
	res := &Result{Stats: r.stats(), Late: spread(&r.late), Scheduling: r.scheduling, Stamps: r.stamps}
	for d := range r.core.delay {
		res.Delay[d] = spread(&r.core.delay[d])
	}
	return res
}
