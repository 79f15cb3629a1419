package head

import "airbridge/units"

// events hands out structs that stay as they are until one is asked for at a later instant, and uses them again then.
type events[T any] struct {
	all  []*T
	used int
	at   units.Mono
}

// put returns a struct that says v.
func (e *events[T]) put(now units.Mono, v T) *T {
	if now > e.at {
		e.at, e.used = now, 0
	}
	if e.used == len(e.all) {
		e.all = append(e.all, new(T))
	}
	p := e.all[e.used]
	e.used++
	*p = v
	return p
}
