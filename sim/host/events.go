package host

import "airbridge/units"

// Events hands out a device's events: structs that stay as they are until one is asked for at a later instant, as
// Device.Take promises, and are used again then. The zero value is ready.
type Events[T any] struct {
	all  []*T
	used int
	at   units.Mono
}

// Put returns a struct that says v.
func (e *Events[T]) Put(now units.Mono, v T) *T {
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
