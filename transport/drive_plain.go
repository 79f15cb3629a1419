package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// maxFaults is how many reads in a row may fail before a plain socket counts as broken. A single failure is an ICMP
// error of a peer; a conn of a lab that was closed fails for ever, with an error of its own.
const maxFaults = 64

// pumpPlain pumps over a conn without descriptor: it waits in a blocking read whose deadline is the machine's. There
// is no second goroutine, so that a bubble of virtual time holds exactly one for each end.
func (d *Driver) pumpPlain(ctx context.Context) error {
	d.setScheduling("plain reads with deadlines")
	p := d.Socket.plain
	if err := d.Mailbox.attach(p.interrupt); err != nil {
		return err
	}
	defer d.watch(ctx)()
	for faults := 0; ; {
		data, from, err := d.waitPlain()
		if d.Mailbox.disarm() || ended(ctx) {
			return nil
		}
		d.begin()
		switch {
		case err == nil:
			faults = 0
			d.plainDatagram(data, from)
		case isTimeout(err):
			faults = 0
		default:
			if faults++; broken(err, faults) {
				return err
			}
			d.Socket.count.refused.Add(1)
		}
		d.drainPlain()
		d.finish()
	}
}

// waitPlain waits for a datagram, the machine's deadline or an interruption. Deadlines of vnet fire once: it arms
// every time, and before its last look at the mailbox, since an interruption is a deadline in the past.
func (d *Driver) waitPlain() (data []byte, from netip.AddrPort, err error) {
	p := d.Socket.plain
	deadline := d.Machine.Deadline()
	if deadline <= d.Clock.Now() {
		return nil, from, errAwake // draining looks at the conn
	}
	if err := p.conn.SetReadDeadline(d.Clock.Time(deadline)); err != nil {
		return nil, from, err
	}
	if !d.Mailbox.arm() {
		return nil, from, errAwake
	}
	return p.read()
}

// errAwake is a wait that did not happen because there is something to do. It counts as a timeout.
var errAwake error = awake{}

type awake struct{}

// Error names the error.
func (awake) Error() string { return "awake" }

// Timeout is true: it stands for a deadline.
func (awake) Timeout() bool { return true }

// Temporary is true, for callers that still ask.
func (awake) Temporary() bool { return true }

// drainPlain handles what else has arrived, where something waits for its turn after the datagrams of this instant.
func (d *Driver) drainPlain() {
	for range maxPerTurn - 1 {
		if d.Machine.Deadline() > d.now && !d.Mailbox.waiting() {
			return
		}
		p := d.Socket.plain
		if p.conn.SetReadDeadline(time.Now().Add(p.grace)) != nil {
			return
		}
		data, from, err := p.read()
		if err != nil {
			return
		}
		d.plainDatagram(data, from)
	}
}

func (d *Driver) plainDatagram(data []byte, from netip.AddrPort) {
	in := &d.Socket.plain.datagram // its ECN is set
	in.From, in.At, in.Data = from, d.now, data
	d.handle(in)
}

// broken tells a conn that is gone from one that has bad news of a peer.
func broken(err error, faults int) bool {
	if errors.Is(err, net.ErrClosed) || faults >= maxFaults {
		return true
	}
	var errno syscall.Errno
	return !errors.As(err, &errno)
}

func (d *Driver) setScheduling(s string) {
	d.scheduling.Store(&s)
	d.Log.Info("pump started", "local", d.Socket.LocalAddr().String(), "scheduling", s)
}
