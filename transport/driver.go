package transport

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"airbridge/machine"
	"airbridge/units"
)

// maxPerTurn is how many datagrams one turn handles before it looks at device events and the deadline again.
const maxPerTurn = 1024

// Driver pumps one machine over one socket. Fill the fields, then Run once; they must not change while it runs.
//
// A turn: everything readable, then the device events waiting, by kind and id, then one Tick where the deadline has
// come, all at the one instant the turn began. A machine that always asks for a tick at once still gets its input,
// and a flood of input still lets it tick.
//
// On Linux the pump holds a thread, which after each wait needs a processor of the Go runtime. With two busy goroutines
// beside it a tick is 10.5 ms late (p99) at GOMAXPROCS 2 and 0.2 ms at 8, on two cores with Realtime: a program with
// a pump sets GOMAXPROCS to at least 8, and above the number of goroutines that compute.
type Driver struct {
	// Machine decides. Owned by the driver while Run lasts.
	Machine machine.Machine
	// Socket is where bursts go and datagrams come from. Close it after Run.
	Socket *Socket
	// Clock gives every instant the machine sees.
	Clock *Clock
	// Mailbox brings device events; nil where there are no devices. It is of no use after Run.
	Mailbox *Mailbox
	// Devices obeys the machine's requests, on the pump's goroutine: it must not block. Nil drops them.
	Devices interface{ Do(request machine.Event) }
	// Realtime asks for the real-time scheduling class (SCHED_FIFO) and falls back to a precise timer. Linux only.
	Realtime bool
	// Log takes one line when the pump starts and one when it ends; nil is silent.
	Log *slog.Logger

	scheduling atomic.Pointer[string]
	now        units.Mono
	onDatagram func(*machine.Datagram)
}

// Run pumps until ctx ends, which is no error, or until the socket breaks. It returns promptly, and no goroutine is
// left. Device goroutines then get ErrStopped.
func (d *Driver) Run(ctx context.Context) error {
	if d.Mailbox == nil {
		d.Mailbox = NewMailbox(1)
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	d.onDatagram = d.handle
	defer d.Mailbox.stop()
	pump := d.pumpPlain
	if d.Socket.kernel != nil {
		pump = d.pumpKernel
	}
	if err := pump(ctx); err != nil {
		return fmt.Errorf("pump %s: %w", d.Socket.LocalAddr(), err)
	}
	return nil
}

// Scheduling says how the pump's thread is scheduled, for people: "real-time (SCHED_FIFO 1)" or what it fell back to.
// Safe for concurrent use; empty before Run.
func (d *Driver) Scheduling() string {
	if s := d.scheduling.Load(); s != nil {
		return *s
	}
	return ""
}

// Send puts b on the path. It is the machine's side of the driver, not the user's.
func (d *Driver) Send(b machine.Burst) { d.Socket.Send(b) }

// Do passes r to the devices. It is the machine's side of the driver, not the user's.
func (d *Driver) Do(r machine.Event) {
	if d.Devices != nil {
		d.Devices.Do(r)
	}
}

// begin fixes the instant of a turn.
func (d *Driver) begin() units.Mono {
	d.now = max(d.now, d.Clock.Now())
	return d.now
}

func (d *Driver) handle(in *machine.Datagram) { d.Machine.Handle(d.now, in, d) }

// finish ends a turn: device events, then at most one tick.
func (d *Driver) finish() {
	for _, p := range d.Mailbox.take() {
		d.Machine.Handle(d.now, p.event, d)
	}
	d.Mailbox.settle()
	if d.Machine.Deadline() <= d.now {
		d.Machine.Tick(d.now, d)
	}
}

// ended looks at ctx itself, as the watch needs a moment: a machine or device that cancels is not pumped once more.
func ended(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// watch interrupts the pump when ctx ends. The returned function ends the watch and waits for it.
func (d *Driver) watch(ctx context.Context) (end func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		d.Mailbox.interrupt()
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}
