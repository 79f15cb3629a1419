package transport

import (
	"runtime"

	"airbridge/units"
)

// preciseSleep sleeps on the kernel's high-resolution timers.
type preciseSleep struct {
	*waiter
	thread *thread
}

// newPreciseSleep locks the calling goroutine to its thread; nil where the system has no descriptor left.
func newPreciseSleep(realtime bool) *preciseSleep {
	w, err := newWaiter(-1)
	if err != nil {
		return nil
	}
	runtime.LockOSThread()
	return &preciseSleep{waiter: w, thread: enterThread(realtime)}
}

// sleep may return early: the caller looks at the clock.
func (p *preciseSleep) sleep(m, now units.Mono) error {
	_, err := p.wait(m, now)
	return err
}

func (p *preciseSleep) release() {
	p.close()
	p.thread.leave()
}
