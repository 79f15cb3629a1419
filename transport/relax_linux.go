package transport

import (
	"os"
	"strconv"
)

// relaxedSlack is the timer slack of threads that need no precision, in nanoseconds.
const relaxedSlack = "1000000"

// RelaxTimers lets the timers of all threads there are, and of those that they start, be late by up to a millisecond.
// Call it first thing in main. The Go runtime's monitor thread otherwise wakes every 20 µs while some thread is in a long
// system call or in C, which codecs and pumps always are: a tenth of a core, measured. Pumps and sleepers make their own
// threads precise again. Where the system does not allow it nothing changes.
func RelaxTimers() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if _, err := strconv.Atoi(t.Name()); err == nil {
			_ = os.WriteFile("/proc/"+t.Name()+"/timerslack_ns", []byte(relaxedSlack), 0)
		}
	}
}
