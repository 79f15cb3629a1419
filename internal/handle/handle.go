// Package handle keeps what machine.Handle numbers stand for: the shells' side of "cores never see planes".
package handle

import (
	"fmt"
	"sync"

	"airbridge/machine"
)

// Table maps handles to the pictures of one device. Numbers are never used twice. The zero value is ready and safe for
// concurrent use.
type Table[T any] struct {
	mu   sync.Mutex
	last machine.Handle
	held map[machine.Handle]T
}

// Put stores v and returns its handle.
func (t *Table[T]) Put(v T) machine.Handle {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = make(map[machine.Handle]T)
	}
	t.last++
	t.held[t.last] = v
	return t.last
}

// Get returns what h stands for. It panics where h was taken or never given: a core that uses a handle after its release
// is broken.
func (t *Table[T]) Get(h machine.Handle) T {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.must(h)
}

// Take returns what h stands for and forgets it. It panics as Get does: a second release is a defect of the core.
func (t *Table[T]) Take(h machine.Handle) T {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.must(h)
	delete(t.held, h)
	return v
}

// Drain forgets everything and returns it: what is left when a driver has ended.
func (t *Table[T]) Drain() []T {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rest []T
	for h, v := range t.held {
		rest = append(rest, v)
		delete(t.held, h)
	}
	return rest
}

// Len returns how many handles are held.
func (t *Table[T]) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.held)
}

func (t *Table[T]) must(h machine.Handle) T {
	v, ok := t.held[h]
	if !ok {
		panic(fmt.Sprintf("handle: %d is not held", h))
	}
	return v
}
