package trace

import (
	"io"
	"slices"
	"strings"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// maxSeconds bounds a frame's delay and interval: longer is a mistake of unit.
const maxSeconds = 60

// maxFrame bounds a frame's size.
const maxFrame units.ByteCount = 1 << 30

// Delays is how long each frame of a stream took over a link: what ns-3 programs and packet captures yield. As a delay
// model it gives a packet the delay of the last frame sent before it, so a link's bad moments last as long as they did;
// what made them, a queue or a contended channel, does not react to the packets. It begins again at its end.
type Delays struct {
	length time.Duration
	at     []time.Duration
	delay  []time.Duration
}

// ParseDelays reads a CSV file of seconds and milliseconds, or with a header that names a time (as in capacity files, also
// send_s) and a delay (delay, latency, owd, delay_ms …, milliseconds by default). A negative delay marks a frame that was
// lost: the one before it counts there. Of two lines with one time, the later counts.
func ParseDelays(file string, r io.Reader) (*Delays, error) {
	s, err := readSeries(file, r, []string{"send", "sent", "time", "t", "timestamp"}, []string{"delay", "latency", "owd"}, 1e6)
	if err != nil {
		return nil, err
	}
	d := &Delays{}
	for i, row := range s.rows {
		at, delay := row[0]*s.unit[0]/1e9, row[1]*s.unit[1]/1e9
		since := at - s.rows[0][0]*s.unit[0]/1e9
		switch {
		case !(since <= MaxLength.Seconds()): // also where it is no number
			return nil, s.wrong(i, "time %g: more than a year after the first", row[0])
		case since < 0 || i > 0 && seconds(since) < d.at[len(d.at)-1]:
			return nil, s.wrong(i, "time %g: runs backwards", row[0])
		case delay > maxSeconds:
			return nil, s.wrong(i, "delay %g: want at most a minute", row[1])
		}
		if delay < 0 {
			delay = 0
			if i > 0 {
				delay = d.delay[len(d.delay)-1].Seconds()
			}
		}
		if n := len(d.at) - 1; n >= 0 && d.at[n] == seconds(since) {
			d.delay[n] = seconds(delay)
			continue
		}
		d.at, d.delay = append(d.at, seconds(since)), append(d.delay, seconds(delay))
	}
	last := len(d.at) - 1
	d.length = d.at[last] + max(d.at[last]/time.Duration(max(last, 1)), time.Millisecond)
	return d, nil
}

func seconds(s float64) time.Duration { return time.Duration(s*1e9 + 0.5) }

// Length returns after what time the series begins again.
func (d *Delays) Length() time.Duration { return d.length }

// At returns the delay of a packet sent at t.
func (d *Delays) At(t netem.True) time.Duration {
	i, exact := slices.BinarySearch(d.at, max(t, 0).Sub(0)%d.length)
	if !exact && i > 0 {
		i--
	}
	return d.delay[i]
}

// Frame is one encoded frame of a recorded stream.
type Frame struct {
	// Size is its length, Interval the time until the next.
	Size     units.ByteCount
	Interval time.Duration
}

// ParseFrames reads recorded frame sizes: CSV of size in bytes and time to the next frame in seconds, without header or
// with one that names them (size, burstSizeBytes; interval, timeToNextFrameSeconds). What they load is a source, not a
// link: no medium uses them.
func ParseFrames(file string, r io.Reader) ([]Frame, error) {
	s, err := readSeries(file, r, []string{"size", "bytes", "burstsizebytes"}, []string{"interval", "timetonextframeseconds", "gap"}, 1e9)
	if err != nil {
		return nil, err
	}
	frames := make([]Frame, len(s.rows))
	for i, row := range s.rows {
		size, interval := row[0], row[1]*s.unit[1]/1e9
		if size < 1 || size > float64(maxFrame) {
			return nil, s.wrong(i, "size %g: want 1 byte to 1 GiB", size)
		}
		if interval < 0 || interval > maxSeconds {
			return nil, s.wrong(i, "interval %g: want 0 s to a minute", row[1])
		}
		frames[i] = Frame{units.ByteCount(size), seconds(interval)}
	}
	return frames, nil
}

// series is two columns of a CSV file.
type series struct {
	*lines
	begun  bool // a header or a row was read
	column [2]int
	unit   [2]float64 // in ns, where the column is a time
	rows   [][2]float64
	line   []int // of each row
}

func readSeries(file string, r io.Reader, first, second []string, secondUnit float64) (*series, error) {
	s := &series{lines: newLines(file, r), column: [2]int{0, 1}, unit: [2]float64{1e9, secondUnit}}
	t := table{csv: true}
	for {
		text, err := s.next()
		if err != nil {
			return nil, err
		}
		if text == nil {
			break
		}
		fields := t.split(string(text))
		if _, numeric := number(fields[0]); !numeric && !s.begun {
			err = s.header(fields, first, second)
		} else {
			err = s.row(fields)
		}
		if err != nil {
			return nil, err
		}
		s.begun = true
	}
	if len(s.rows) == 0 {
		return nil, s.whole("empty: want rows of %s and %s", first[0], second[0])
	}
	return s, nil
}

func (s *series) header(fields []string, first, second []string) error {
	for k, names := range [][]string{first, second} {
		at := slices.IndexFunc(fields, func(f string) bool {
			words := headerWords(f)
			return len(words) > 0 && slices.Contains(names, words[0])
		})
		if at < 0 {
			return s.errorf("no column %s in header %s", strings.Join(names, " or "), quoted(strings.Join(fields, ",")))
		}
		s.column[k] = at
		words := headerWords(fields[at])
		if unit := timeUnits[words[len(words)-1]]; unit > 0 && len(words) > 1 {
			s.unit[k] = unit
		}
	}
	return nil
}

func (s *series) row(fields []string) error {
	if need := max(s.column[0], s.column[1]) + 1; len(fields) < need {
		return s.errorf("%d columns: want at least %d", len(fields), need)
	}
	var row [2]float64
	for k, at := range s.column {
		v, ok := number(fields[at])
		if !ok {
			return s.errorf("column %d is %s: want a number", at+1, quoted(fields[at]))
		}
		row[k] = v
	}
	s.rows, s.line = append(s.rows, row), append(s.line, s.at)
	return nil
}

// wrong is an error about a row read before.
func (s *series) wrong(row int, format string, args ...any) error {
	s.at = s.line[row]
	return s.errorf(format, args...)
}
