package main

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// screen is where a command talks to its user: ordinary lines, and on a terminal one line at the bottom that is renewed
// in its place. Whatever else is written begins on a line of its own. Safe for concurrent use.
type screen struct {
	terminal bool

	mu   sync.Mutex
	w    io.Writer
	open bool // the cursor stands behind a line that may be renewed
}

func newScreen(w io.Writer) *screen { return &screen{w: w, terminal: isTerminal(w)} }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Write writes ordinary text below the line that was renewed last.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close()
	return s.w.Write(b)
}

// renew writes a line in the place of the one it wrote last; where there is no terminal, below.
func (s *screen) renew(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal {
		fmt.Fprintln(s.w, line)
		return
	}
	fmt.Fprintf(s.w, "\r\x1b[K%s", line)
	s.open = true
}

// end lets whatever comes next begin on a line of its own, here or on standard output.
func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close()
}

// close ends the line that may be renewed; mu is held.
func (s *screen) close() {
	if s.open {
		fmt.Fprintln(s.w)
		s.open = false
	}
}
