package transport

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"airbridge/machine"
)

// Errors of a Mailbox.
var (
	// ErrStopped is returned once the driver has ended: nobody will handle the event.
	ErrStopped = errors.New("driver has stopped")
	// ErrFull is returned by Post where the mailbox holds as much as it may.
	ErrFull = errors.New("mailbox is full")
)

// Orderly returns what remains of a device's error when the end of the driver, or of the context it ran under, counts as
// none.
func Orderly(err error) error {
	if errors.Is(err, ErrStopped) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// DefaultMailbox is how many events a Mailbox holds unless told otherwise: far above what the devices of one end
// produce between two turns of the pump.
const DefaultMailbox = 256

// Mailbox carries events of device goroutines to the pump. When it is full, Deliver blocks and Post refuses. It is
// safe for concurrent use by any number of producers; one Driver empties it.
type Mailbox struct {
	capacity int

	mu      sync.Mutex
	space   sync.Cond // on mu: the queue was emptied, or the mailbox stopped
	queue   []parcel
	free    []*receipt
	wake    func()
	asleep  bool // the pump waits, or is about to: whoever changes something wakes it
	halt    bool // the pump is asked to end
	stopped bool

	taken []parcel // the pump's own
}

// parcel is one event on its way.
type parcel struct {
	event   machine.Event
	receipt *receipt // nil for a posted event
}

// receipt is what one Deliver waits for.
type receipt struct {
	open int // events not yet handled
	done chan error
}

// NewMailbox returns a mailbox that holds up to capacity events; DefaultMailbox where capacity is not positive.
func NewMailbox(capacity int) *Mailbox {
	if capacity <= 0 {
		capacity = DefaultMailbox
	}
	b := &Mailbox{capacity: capacity}
	b.space.L = &b.mu
	return b
}

// Deliver hands events over and returns when the machine has handled them all, at one instant and ordered with the
// other events of that instant: what they point to may be re-used afterwards. It returns ErrStopped when the driver
// has ended before. A batch larger than the mailbox waits until the mailbox is empty. Never call it from the pump
// (Devices.Do), which would wait for itself: Post instead.
func (b *Mailbox) Deliver(events ...machine.Event) error {
	if len(events) == 0 {
		return nil
	}
	b.mu.Lock()
	for !b.stopped && len(b.queue) > 0 && len(b.queue)+len(events) > b.capacity {
		b.space.Wait()
	}
	if b.stopped {
		b.mu.Unlock()
		return ErrStopped
	}
	r := b.takeReceipt(len(events))
	for _, e := range events {
		b.queue = append(b.queue, parcel{e, r})
	}
	b.unlockAndWake()
	err := <-r.done
	b.mu.Lock()
	b.free = append(b.free, r)
	b.mu.Unlock()
	return err
}

// Post hands e over without waiting: e belongs to the mailbox until the machine has handled it. It returns ErrFull or
// ErrStopped where e was not taken. Devices may call it from the pump.
func (b *Mailbox) Post(e machine.Event) error {
	b.mu.Lock()
	switch {
	case b.stopped:
		b.mu.Unlock()
		return ErrStopped
	case len(b.queue) >= b.capacity:
		b.mu.Unlock()
		return ErrFull
	}
	b.queue = append(b.queue, parcel{event: e})
	b.unlockAndWake()
	return nil
}

// takeReceipt returns a free receipt for n events; mu is held.
func (b *Mailbox) takeReceipt(n int) *receipt {
	last := len(b.free) - 1
	if last < 0 {
		return &receipt{open: n, done: make(chan error, 1)}
	}
	r := b.free[last]
	b.free = b.free[:last]
	r.open = n
	return r
}

// unlockAndWake releases mu and wakes a pump that waits.
func (b *Mailbox) unlockAndWake() {
	wake := b.wake
	if !b.asleep {
		wake = nil
	}
	b.asleep = false
	b.mu.Unlock()
	if wake != nil {
		wake()
	}
}

// attach tells how to wake the pump. It returns ErrStopped where another pump has already ended on this mailbox.
func (b *Mailbox) attach(wake func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return ErrStopped
	}
	b.wake = wake
	return nil
}

// interrupt asks the pump to end.
func (b *Mailbox) interrupt() {
	b.mu.Lock()
	b.halt = true
	b.unlockAndWake()
}

// arm is the pump's last look before it waits. It returns false where there is something to do; after true every
// change calls wake.
func (b *Mailbox) arm() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asleep = len(b.queue) == 0 && !b.halt
	return b.asleep
}

// disarm says that the pump is awake; it returns true where the pump is to end.
func (b *Mailbox) disarm() (halt bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asleep = false
	return b.halt
}

// waiting returns whether there are events to take.
func (b *Mailbox) waiting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue) > 0
}

// take empties the mailbox into the pump's hands, ordered by kind and id, equal ones as they came. Settle afterwards.
func (b *Mailbox) take() []parcel {
	b.mu.Lock()
	b.queue, b.taken = b.taken[:0], b.queue
	if len(b.taken) > 0 {
		b.space.Broadcast()
	}
	b.mu.Unlock()
	slices.SortStableFunc(b.taken, func(x, y parcel) int {
		return cmp.Or(cmp.Compare(x.event.Kind(), y.event.Kind()), cmp.Compare(x.event.ID(), y.event.ID()))
	})
	return b.taken
}

// settle lets the producers of the taken events go on; the events have been handled.
func (b *Mailbox) settle() {
	for _, p := range b.taken {
		p.receipt.close(nil)
	}
	clear(b.taken)
	b.taken = b.taken[:0]
}

// stop refuses all further events and releases every producer.
func (b *Mailbox) stop() {
	b.mu.Lock()
	b.stopped, b.wake = true, nil
	queue := b.queue
	b.queue = nil
	b.space.Broadcast()
	b.mu.Unlock()
	for _, p := range append(b.taken, queue...) {
		p.receipt.close(ErrStopped)
	}
	b.taken = nil
}

// close counts one event off; the last one releases the producer.
func (r *receipt) close(err error) {
	if r == nil {
		return
	}
	if r.open--; r.open == 0 {
		r.done <- err
	}
}
