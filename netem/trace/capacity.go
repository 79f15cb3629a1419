package trace

import (
	"fmt"
	"io"
	"math"
	"sort"
	"strings"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/units"
)

// Capacity is what a link carried over time, as it was read. It does not change and may be shared; each link plays it
// with a Rate or Pulses of its own.
type Capacity struct {
	format Format
	length time.Duration
	mean   float64
	points []point // a rate each, from instant zero on
	stamps []stamp // of a mahimahi trace
}

// point is a rate in bits per second from an instant on.
type point struct {
	at   time.Duration
	rate float64
}

// Parse reads a capacity trace. File is what errors call it.
func Parse(file string, r io.Reader, f Format) (*Capacity, error) {
	l := newLines(file, r)
	if f == Auto {
		var err error
		if f, err = detect(l); err != nil {
			return nil, err
		}
	}
	var c *Capacity
	var err error
	switch f {
	case Mahimahi:
		c, err = parseMahimahi(l)
	case Columns, CSV:
		c, err = parseTable(l, f == CSV)
	default:
		err = fmt.Errorf("read %s: there is no %v", file, f)
	}
	if err != nil {
		return nil, err
	}
	c.format = f
	return c, nil
}

// detect tells the format from the first line.
func detect(l *lines) (Format, error) {
	text, err := l.next()
	if err != nil {
		return Auto, err
	}
	if text == nil {
		return Auto, l.whole("empty: want a capacity trace")
	}
	l.unread()
	line := string(text)
	if strings.ContainsAny(line, ",;") {
		return CSV, nil
	}
	if strings.Trim(line, "0123456789") == "" {
		return Mahimahi, nil
	}
	return Columns, nil
}

// newCapacity checks the rates as a whole.
func newCapacity(l *lines, points []point, length time.Duration) (*Capacity, error) {
	c := &Capacity{points: points, length: length}
	var sum float64
	for i, p := range points {
		until := length
		if i+1 < len(points) {
			until = points[i+1].at
		}
		sum += p.rate * (until - p.at).Seconds()
	}
	if c.mean = sum / length.Seconds(); c.mean < 1 {
		return nil, l.whole("rates of nothing: the link would never carry a packet")
	}
	return c, nil
}

// Format returns the format that was read.
func (c *Capacity) Format() Format { return c.format }

// Length returns after what time the trace begins again.
func (c *Capacity) Length() time.Duration { return c.length }

// Mean returns the average rate.
func (c *Capacity) Mean() units.Bitrate { return bits(c.mean) }

// Rate returns the trace as a rate over time, looping, for one link; nil for a Mahimahi trace, which has Pulses.
func (c *Capacity) Rate() *Rate {
	if c.format == Mahimahi {
		return nil
	}
	return &Rate{capacity: c}
}

// Pulses returns a mahimahi trace as opportunities, looping, for one link; nil for the other formats.
func (c *Capacity) Pulses() *Pulses {
	if c.format != Mahimahi {
		return nil
	}
	return &Pulses{capacity: c}
}

// Rate plays a capacity. It is not safe for concurrent use.
type Rate struct {
	// Once keeps the last rate for ever instead of beginning again.
	Once bool

	capacity *Capacity
	at       int // the point in force when it was last asked
}

var _ bottleneck.Rate = (*Rate)(nil)

// At returns the rate that holds from t and until when.
func (r *Rate) At(t netem.True) (units.Bitrate, netem.True) {
	c := r.capacity
	t = max(t, 0)
	start := t - t%netem.True(c.length)
	if r.Once && start > 0 || len(c.points) == 1 {
		return bits(c.points[len(c.points)-1].rate), netem.Never
	}
	r.seek(t.Sub(start))
	rate := bits(c.points[r.at].rate)
	switch {
	case r.at+1 < len(c.points):
		return rate, start.Add(c.points[r.at+1].at)
	case r.Once:
		return rate, netem.Never
	}
	return rate, start.Add(c.length)
}

func bits(rate float64) units.Bitrate { return units.Bitrate(math.Round(rate)) }

// seek moves the cursor to the point in force at a phase; mostly that is the same or the next.
func (r *Rate) seek(phase time.Duration) {
	points := r.capacity.points
	for range 2 {
		if points[r.at].at <= phase {
			if r.at+1 == len(points) || points[r.at+1].at > phase {
				return
			}
			r.at++
		}
	}
	r.at = sort.Search(len(points), func(i int) bool { return points[i].at > phase }) - 1
}
