package relay

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxBusy is how long the loop may run without a wait, and rest how long it then sleeps: at real-time priority it would
	// take a core from the whole machine.
	maxBusy = 50 * time.Millisecond
	rest    = 500 * time.Microsecond
	// realWait is how long a wait must have lasted to count as one.
	realWait = 20 * time.Microsecond
	// longestWait and idleWait bound the waits that are cut short, as in package transport: the Go runtime polls for some
	// milliseconds after every system call that lasts longer than 10 ms, unless those are rare.
	longestWait = 8 * time.Millisecond
	idleWait    = 100 * time.Millisecond
)

// wait waits for a datagram, the core's deadline or the end.
func (k *kernelPump) wait() error {
	k.gather()
	before := k.now()
	k.timeout = unix.NsecToTimespec(int64(brief(k.core.deadline().Sub(before))))
	_, err := unix.Ppoll(k.polls, &k.timeout, nil)
	if err != nil && err != unix.EINTR && err != unix.EAGAIN && err != unix.ENOMEM {
		return fmt.Errorf("poll: %w", err)
	}
	if after := k.now(); after.Sub(before) >= realWait {
		k.since = after
	}
	return nil
}

// brief cuts a wait short.
func brief(d time.Duration) time.Duration {
	if d > longestWait && d < idleWait {
		return longestWait
	}
	return max(d, 0)
}

// breathe gives the processor to others where the loop has been busy for long.
func (k *kernelPump) breathe() {
	if k.now().Sub(k.since) > maxBusy {
		k.timeout = unix.NsecToTimespec(int64(rest))
		_ = unix.Nanosleep(&k.timeout, nil) // cut short is long enough
		k.since = k.now()
	}
}

// gather lists what to wait for, where that has changed.
func (k *kernelPump) gather() {
	if !k.stale {
		for i := range k.polls {
			k.polls[i].Revents = 0
		}
		return
	}
	k.stale = false
	k.polls = append(k.polls[:0], unix.PollFd{Fd: int32(k.wake), Events: unix.POLLIN})
	k.ports = append(k.ports[:0], 0)
	watch := func(fd, port int) {
		k.polls = append(k.polls, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
		k.ports = append(k.ports, port)
	}
	watch(k.listen.fd, clientSide)
	for flow := range k.up {
		if k.up[flow].fd >= 0 {
			watch(k.up[flow].fd, flow)
		}
	}
}
