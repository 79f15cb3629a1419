package link

import (
	"errors"

	"airbridge/protocol/wire"
)

// Refused counts datagrams that were dropped, by reason. Nothing a peer sends is an error. Counters only rise.
type Refused struct {
	// Stranger: from another address than the peer's.
	Stranger uint64
	// Malformed: no message of this format. Version: of another version.
	Malformed, Version uint64
	// Session: of another session. Replayed: seen before, or too old to know.
	Session, Replayed uint64
	// Unexpected: a kind that this side does not take, or none while there is no session.
	Unexpected uint64
	// Shard: a piece of a frame that contradicts another or is out of bounds.
	Shard uint64
}

// Parse reads a datagram's header and returns what follows it; false, and counted, where it is none.
func (r *Refused) Parse(datagram []byte) (h wire.Header, body []byte, ok bool) {
	h, body, err := wire.ParseHeader(datagram)
	switch {
	case errors.Is(err, wire.ErrVersion):
		r.Version++
	case err != nil:
		r.Malformed++
	}
	return h, body, err == nil
}

// Admit reports whether a datagram of this header belongs to the session and was not seen before; one that does not is
// counted.
func (l *Link) Admit(h wire.Header, refused *Refused) bool {
	switch {
	case h.Session != l.Session:
		refused.Session++
	case !l.replay.Admit(h.Number):
		refused.Replayed++
	default:
		return true
	}
	return false
}
