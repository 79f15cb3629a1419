package relay

import "io"

// spoolChunks is how many writes a spool holds, 64 KiB each: over half a second of 100,000 packets a second.
const spoolChunks = 256

// spool writes on a goroutine of its own, so that a slow disk does not hold up the relay. When it is full, Write waits:
// a capture with a hole would be unreadable.
type spool struct {
	w      io.Writer
	chunks chan []byte // to be written
	spare  chan []byte // to be used again
	done   chan struct{}
	err    error // the goroutine's until done
}

func newSpool(w io.Writer) *spool {
	s := &spool{w: w, chunks: make(chan []byte, spoolChunks), spare: make(chan []byte, spoolChunks), done: make(chan struct{})}
	go s.run()
	return s
}

func (s *spool) run() {
	defer close(s.done)
	for c := range s.chunks {
		if s.err == nil {
			_, s.err = s.w.Write(c)
		}
		select {
		case s.spare <- c:
		default:
		}
	}
}

// Write takes a copy of b. Faults show at close.
func (s *spool) Write(b []byte) (int, error) {
	var c []byte
	select {
	case c = <-s.spare:
	default:
	}
	s.chunks <- append(c[:0], b...)
	return len(b), nil
}

// close waits until everything is written and returns the first error.
func (s *spool) close() error {
	close(s.chunks)
	<-s.done
	return s.err
}
