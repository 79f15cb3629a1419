package host

import (
	"airbridge/machine"
	"airbridge/units"
)

// Device is a model of one thing a core asks for and hears from: a game, an encoder, a display. Like a core it is
// sans-I/O: it is told what is asked and says when it next has something to tell. All instants are of its host's clock.
// It is not safe for concurrent use; its host owns it.
type Device interface {
	// Kinds are the requests it obeys; constant.
	Kinds() []machine.Kind
	// Do obeys a request of one of its kinds, which is valid during the call only. The answer may be due at once.
	Do(now units.Mono, request machine.Event)
	// Next returns when it next has an event to tell, units.Never where none is under way.
	Next() units.Mono
	// Take returns the next event due at or before now, nil where there is none. The event is valid until Take is called
	// at a later instant: a device may have to tell several at one instant.
	Take(now units.Mono) machine.Event
}
