package source

import "golang.org/x/sys/unix"

// drawNice is how nice the threads that draw are: a tenth of the weight of others, which a thread may always give up.
const drawNice = 10

// lowerPriority makes the calling thread yield to others. Where the system refuses nothing changes.
func lowerPriority() { _ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), drawNice) }
