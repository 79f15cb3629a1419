package transport

import (
	"fmt"
	"runtime"
	"time"

	"airbridge/units"

	"golang.org/x/sys/unix"
)

const (
	// fifoPriority is the lowest of SCHED_FIFO: above all ordinary threads, below the kernel's and the sound server's.
	fifoPriority = 1
	// resetOnFork is SCHED_FLAG_RESET_ON_FORK of linux/sched.h: threads the runtime starts from here are ordinary.
	resetOnFork = 0x1
	// maxBusy is how long a real-time thread may run without waiting before it becomes ordinary again.
	maxBusy = 50 * time.Millisecond
	// realWait is how long a wait must have lasted to count as one.
	realWait = 20 * time.Microsecond
)

// thread is the precise scheduling of the calling goroutine's thread, which must be locked. A pump that is always busy
// would take a core from the whole machine, so a real-time thread that has not waited for maxBusy is demoted until
// it waits again; the kernel's own throttle (sched_rt_runtime_us) stands behind that.
type thread struct {
	scheduling string
	realtime   bool // asked for and granted
	raised     bool // in force at present
	since      units.Mono
}

// enterThread makes the calling thread precise: real-time where asked for and allowed, else ordinary with exact timers.
func enterThread(realtime bool) *thread {
	t := &thread{scheduling: "normal, timer slack 1 ns"}
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil {
		t.scheduling = fmt.Sprintf("normal, default timer slack (%v)", err)
	}
	if !realtime {
		return t
	}
	if err := schedule(unix.SCHED_FIFO, fifoPriority); err != nil {
		t.scheduling += fmt.Sprintf("; real-time refused (%v)", err)
		return t
	}
	t.scheduling = fmt.Sprintf("real-time (SCHED_FIFO %d), timer slack 1 ns", fifoPriority)
	t.realtime, t.raised = true, true
	return t
}

// busy notes that the pump goes on without waiting at now.
func (t *thread) busy(now units.Mono) {
	if t.raised && now.Sub(t.since) > maxBusy {
		t.raised = schedule(unix.SCHED_NORMAL, 0) != nil
	}
}

// waited notes a wait from before to after.
func (t *thread) waited(before, after units.Mono) {
	if after.Sub(before) < realWait {
		t.busy(after)
		return
	}
	t.since = after
	if t.realtime && !t.raised {
		t.raised = schedule(unix.SCHED_FIFO, fifoPriority) == nil
	}
}

// leave makes the thread ordinary and unlocks it. A thread that cannot be made ordinary stays locked, and dies with
// its goroutine.
func (t *thread) leave() {
	if t.raised && schedule(unix.SCHED_NORMAL, 0) != nil {
		return
	}
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) // zero is the thread's default
	runtime.UnlockOSThread()
}

func schedule(policy, priority uint32) error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{
		Size: unix.SizeofSchedAttr, Policy: policy, Flags: resetOnFork, Priority: priority,
	}, 0)
}
