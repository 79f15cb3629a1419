package transport

import (
	"context"
	"net"
	"runtime"
	"time"

	"airbridge/units"

	"golang.org/x/sys/unix"
)

// pumpKernel pumps over a descriptor, on a thread of its own.
func (d *Driver) pumpKernel(ctx context.Context) error {
	w, err := newWaiter(d.Socket.kernel.fd)
	if err != nil {
		return err
	}
	defer w.close()
	if err := d.Mailbox.attach(w.wake); err != nil {
		return err
	}
	runtime.LockOSThread()
	t := enterThread(d.Realtime)
	defer t.leave()
	d.setScheduling(t.scheduling)
	defer d.watch(ctx)()
	readable := true
	for {
		if d.Mailbox.disarm() || ended(ctx) {
			return nil
		}
		if err := d.turn(readable); err != nil {
			return err
		}
		readable, err = d.waitKernel(w, t)
		if err != nil {
			return err
		}
	}
}

// turn handles one instant. The instant is read after the first read of the socket, so that nothing arrived later.
func (d *Driver) turn(readable bool) error {
	k := d.Socket.kernel
	if !readable {
		d.begin()
		d.finish()
		return nil
	}
	before := d.Clock.Now()
	_, full, err := k.fill()
	if err != nil {
		return err
	}
	now, wall := d.Clock.both()
	d.now = max(d.now, now)
	skew := wall - int64(now)
	for count := k.visit(d.now, skew, d.onDatagram); full && count < maxPerTurn; {
		if _, full, err = k.fill(); err != nil {
			return err
		}
		if k.used == 0 {
			break
		}
		count += k.visit(d.now, skew, d.onDatagram)
	}
	if !full {
		k.stamps.empty(before) // not now: the thread may have been held up since the read
	}
	d.finish()
	return nil
}

// waitKernel waits for a datagram, a wake-up or the deadline, and returns whether to look at the socket. Where the
// deadline has come already it does not ask the kernel at all: the turn reads without waiting.
func (d *Driver) waitKernel(w *waiter, t *thread) (readable bool, err error) {
	deadline := d.Machine.Deadline()
	now := d.Clock.Now()
	if deadline <= now || !d.Mailbox.arm() {
		t.busy(now)
		return true, nil
	}
	readable, err = w.wait(deadline, now)
	t.waited(now, d.Clock.Now())
	return readable, err
}

// waiter waits for a descriptor, a wake-up from another goroutine, or an instant, to the nanosecond.
type waiter struct {
	event event
	fds   [2]unix.PollFd // the wake-up, then the descriptor
	used  int
}

// newWaiter returns a waiter for fd; a negative fd waits for wake-ups and time only.
func newWaiter(fd int) (*waiter, error) {
	w := &waiter{used: 1}
	if err := w.event.open(); err != nil {
		return nil, err
	}
	w.fds[0] = unix.PollFd{Fd: int32(w.event.fd), Events: unix.POLLIN}
	if fd >= 0 {
		w.fds[1] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
		w.used = 2
	}
	return w, nil
}

// wait returns at deadline, or earlier when something happened; readable says that it is at the descriptor. now is
// the present instant. It may return early for no reason.
func (w *waiter) wait(deadline, now units.Mono) (readable bool, err error) {
	var timeout *unix.Timespec
	if deadline != units.Never {
		t := unix.NsecToTimespec(int64(brief(deadline.Sub(now))))
		timeout = &t
	}
	n, err := unix.Ppoll(w.fds[:w.used], timeout, nil)
	switch {
	case err == unix.EINTR || err == unix.EAGAIN || err == unix.ENOMEM:
		return true, nil
	case err != nil:
		return false, err
	case n == 0:
		return false, nil
	}
	if w.fds[0].Revents != 0 {
		w.event.clear()
	}
	if w.fds[1].Revents&unix.POLLNVAL != 0 {
		return false, net.ErrClosed
	}
	return w.fds[1].Revents != 0, nil
}

const (
	// longestWait and idleWait bound the waits that are cut short. The Go runtime takes the processor away from a thread
	// that is in one system call for 10 ms, and each time its monitor then polls every 20 µs for some milliseconds: with a
	// few pumps and displays that adds up to a tenth of a core. A wait of 100 ms or more comes too seldom to matter, and
	// an idle program shall sleep.
	longestWait = 8 * time.Millisecond
	idleWait    = 100 * time.Millisecond
)

// brief cuts a wait short.
func brief(d time.Duration) time.Duration {
	if d > longestWait && d < idleWait {
		return longestWait
	}
	return max(d, 0)
}

func (w *waiter) wake() { w.event.set() }

func (w *waiter) close() { w.event.close() }
