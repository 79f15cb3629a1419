package queue

// Ring is a first-in, first-out list that grows as needed and keeps its memory. The zero value is empty. It is not safe
// for concurrent use.
type Ring[T any] struct {
	items []T // its length is zero or a power of two
	head  int
	count int
}

// Len returns how many items are in the ring.
func (r *Ring[T]) Len() int { return r.count }

// Push puts an item at the end.
func (r *Ring[T]) Push(item T) { *r.Extend() = item }

// Extend puts an item at the end for the caller to fill: it holds what some earlier item left. The pointer holds until
// the next call.
func (r *Ring[T]) Extend() *T {
	if r.count == len(r.items) {
		r.grow()
	}
	item := &r.items[(r.head+r.count)&(len(r.items)-1)]
	r.count++
	return item
}

// Front returns the first item, which must exist. The pointer holds until the next call.
func (r *Ring[T]) Front() *T { return &r.items[r.head] }

// At returns the item with i others before it, which must exist. The pointer holds until the next call.
func (r *Ring[T]) At(i int) *T { return &r.items[(r.head+i)&(len(r.items)-1)] }

// Pop takes the first item, which must exist.
func (r *Ring[T]) Pop() T {
	item := r.items[r.head]
	r.Drop()
	return item
}

// Drop forgets the first item, which must exist.
func (r *Ring[T]) Drop() {
	r.head = (r.head + 1) & (len(r.items) - 1)
	r.count--
}

func (r *Ring[T]) grow() {
	bigger := make([]T, max(16, 2*len(r.items)))
	n := copy(bigger, r.items[r.head:])
	copy(bigger[n:], r.items[:r.head])
	r.items, r.head = bigger, 0
}
