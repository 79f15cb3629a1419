package av

import "sync"

// shelf is where the frames of one owner (a pool, a decoder, an input) rest between uses. It outlives its owner: a
// frame still in use when the owner closes is freed by its last Release. Safe for concurrent use.
type shelf struct {
	// keep says that frames own their memory for good; otherwise their memory goes back to FFmpeg when they rest.
	keep bool
	// limit bounds how many frames exist.
	limit int

	mu     sync.Mutex
	idle   []*Frame
	out    int
	closed bool
}

// take hands out an idle frame, or a new one without memory while fewer than limit exist, with one reference.
func (s *shelf) take() (*Frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false
	}
	var f *Frame
	if n := len(s.idle); n > 0 {
		f, s.idle = s.idle[n-1], s.idle[:n-1]
	} else {
		if s.keep || s.out >= s.limit {
			return nil, false
		}
		f = &Frame{home: s, native: newNative()}
	}
	s.out++
	f.refs.Store(1)
	return f, true
}

// put takes a frame back whose last reference was released.
func (s *shelf) put(f *Frame) {
	if !s.keep {
		f.native.unref()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out--
	if s.closed {
		f.native.free()
		return
	}
	s.idle = append(s.idle, f)
}

// close frees the idle frames now and the others as they come back. It returns how many are still out.
func (s *shelf) close() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, f := range s.idle {
		f.native.free()
	}
	s.idle = nil
	return s.out
}

// outstanding returns how many frames are handed out.
func (s *shelf) outstanding() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out
}
