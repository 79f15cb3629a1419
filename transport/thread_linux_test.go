package transport

import (
	"runtime"
	"testing"
	"time"

	"airbridge/units"

	"golang.org/x/sys/unix"
)

// policy returns how the calling thread is scheduled.
func policy(t *testing.T) uint32 {
	t.Helper()
	a, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return a.Policy
}

// realtimeThread locks the test to a real-time thread, or skips it.
func realtimeThread(t *testing.T) *thread {
	t.Helper()
	runtime.LockOSThread()
	th := enterThread(true)
	if !th.realtime {
		th.leave()
		t.Skipf("no real-time scheduling here: %s", th.scheduling)
	}
	return th
}

// TestBusyPumpLosesPrecedence proves the guard: a real-time thread that never waits becomes ordinary before it can
// hang the machine, and real-time again once it has waited.
func TestBusyPumpLosesPrecedence(t *testing.T) {
	th := realtimeThread(t)
	const start = units.Mono(1e9)
	for _, step := range []struct {
		name string
		do   func()
		want uint32
	}{
		{"a wait", func() { th.waited(start-1e6, start) }, unix.SCHED_FIFO},
		{"busy for a while", func() { th.busy(start.Add(maxBusy)) }, unix.SCHED_FIFO},
		{"busy for too long", func() { th.busy(start.Add(maxBusy + 1)) }, unix.SCHED_NORMAL},
		{"a wait that was none", func() { th.waited(start.Add(time.Second), start.Add(time.Second+realWait-1)) }, unix.SCHED_NORMAL},
		{"a true wait", func() { th.waited(start.Add(time.Second), start.Add(time.Second+realWait)) }, unix.SCHED_FIFO},
		{"busy, counted from the wait", func() { th.busy(start.Add(time.Second + maxBusy)) }, unix.SCHED_FIFO},
		{"only short waits for too long", func() {
			later := start.Add(2 * time.Second)
			th.waited(later, later+1)
		}, unix.SCHED_NORMAL},
	} {
		step.do()
		if got := policy(t); got != step.want {
			t.Errorf("after %s: policy %d, want %d", step.name, got, step.want)
		}
	}
	th.leave()
}

// TestThreadIsOrdinaryAfterwards proves that whatever runs next on the thread has no precedence and no exact timers.
func TestThreadIsOrdinaryAfterwards(t *testing.T) {
	runtime.LockOSThread() // the test's own lock keeps it on the thread after leave
	defer runtime.UnlockOSThread()
	th := realtimeThread(t)
	if got := policy(t); got != unix.SCHED_FIFO {
		t.Fatalf("policy %d while real-time, want %d", got, unix.SCHED_FIFO)
	}
	th.leave()
	if got := policy(t); got != unix.SCHED_NORMAL {
		t.Errorf("policy %d after leave, want %d", got, unix.SCHED_NORMAL)
	}
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil || slack == 1 {
		t.Errorf("timer slack %d (%v) after leave, want the default", slack, err)
	}
}

// TestOrdinaryThreadIsNeverRaised proves that without Realtime the class stays as it is, whatever the load.
func TestOrdinaryThreadIsNeverRaised(t *testing.T) {
	runtime.LockOSThread()
	th := enterThread(false)
	defer th.leave()
	th.busy(1e10)
	th.waited(1e10, 2e10)
	if got := policy(t); got != unix.SCHED_NORMAL {
		t.Errorf("policy %d, want %d", got, unix.SCHED_NORMAL)
	}
	if th.scheduling != "normal, timer slack 1 ns" {
		t.Errorf("scheduling = %q", th.scheduling)
	}
}

// TestWaiter proves the three ends of a wait, and that a wake-up before the wait is not lost and not felt twice.
func TestWaiter(t *testing.T) {
	from, to := listen(t, "127.0.0.1:0", SocketConfig{}), listen(t, "127.0.0.1:0", SocketConfig{})
	w, err := newWaiter(to.kernel.fd)
	if err != nil {
		t.Fatal(err)
	}
	wait := func(deadline units.Mono) bool {
		readable, err := w.wait(deadline, 0)
		if err != nil {
			t.Fatal(err)
		}
		return readable
	}
	if wait(0) {
		t.Error("an empty socket is readable")
	}
	w.wake()
	w.wake()
	if wait(units.Never) {
		t.Error("a wake-up reads as a datagram")
	}
	if n, err := unix.Poll([]unix.PollFd{w.fds[0]}, 0); n != 0 || err != nil {
		t.Errorf("the wake-up is still there after the wait: %d, %v", n, err)
	}
	listenSend(t, to)
	_ = from
	if !wait(units.Never) {
		t.Error("a waiting datagram does not end the wait as readable")
	}
	w.close()
	w.close()
	w.wake() // must not write to whoever has the number now
}
