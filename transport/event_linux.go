package transport

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// event is an eventfd: set makes it readable until clear. Set is safe for concurrent use and after close; the rest
// belongs to the waiting goroutine.
type event struct {
	mu sync.Mutex
	fd int // -1 once closed: the number may be somebody else's by then
}

func (e *event) open() (err error) {
	e.fd, err = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	return nil
}

// one is the 64-bit number 1 in either byte order's reading: any non-zero value sets an eventfd.
var one = [8]byte{1, 0, 0, 0, 0, 0, 0, 0}

// set writes under the lock because the descriptor must not be closed meanwhile; the write never blocks.
func (e *event) set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fd >= 0 {
		_, _ = unix.Write(e.fd, one[:]) // EAGAIN: it is set already
	}
}

func (e *event) clear() {
	var b [8]byte
	_, _ = unix.Read(e.fd, b[:])
}

func (e *event) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fd >= 0 {
		_ = unix.Close(e.fd)
		e.fd = -1
	}
}
