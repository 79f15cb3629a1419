package series

import (
	"strings"
	"time"
)

const (
	// MaxSpans is how many disturbances a series keeps.
	MaxSpans = 64
	// MaxEvents is how many events it keeps: the first, as causes come before effects.
	MaxEvents = 512
	// maxText bounds a name, in bytes.
	maxText = 200
)

// Span is a disturbance, in time since the start of the run.
type Span struct {
	Name     string
	From, To time.Duration
}

// EventKind says what an event is.
type EventKind uint8

// The kinds of events, with what their value is.
const (
	// IDR: a frame that refers to no other was encoded; its bytes.
	IDR EventKind = iota
	// Freeze: the picture moved again after a freeze; how long it stood, in ns.
	Freeze
	// RateChange: the encoder was asked for another bitrate, in bit/s; the text is the reason.
	RateChange
	// Note: anything else.
	Note
	eventEnd
)

var eventNames = [...]string{"idr", "freeze", "rate_change", "note"}

// String names the kind as JSON does.
func (k EventKind) String() string { return eventNames[k] }

// Event is something that happened once, At after the start of the run.
type Event struct {
	At    time.Duration
	Kind  EventKind
	Value int64
	Text  string
}

// bounded keeps the first limit elements and counts the rest.
type bounded[T any] struct {
	limit   int
	kept    []T
	dropped int64
}

func (b *bounded[T]) add(v T) {
	if len(b.kept) >= b.limit {
		b.dropped++
		return
	}
	b.kept = append(b.kept, v)
}

func (b *bounded[T]) merge(o *bounded[T]) {
	for _, v := range o.kept {
		b.add(v)
	}
	b.dropped += o.dropped
}

// clip bounds a text and makes it one that JSON gives back unchanged.
func clip(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "")
}
