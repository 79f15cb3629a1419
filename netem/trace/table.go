package trace

import (
	"slices"
	"strings"
	"time"
)

// table reads rows of time and rate.
type table struct {
	*lines
	csv    bool
	layout layout
	rows   int
	points []point
	first  float64 // the first row's time in ns
}

func parseTable(l *lines, csv bool) (*Capacity, error) {
	t := &table{lines: l, csv: csv}
	if err := t.begin(); err != nil {
		return nil, err
	}
	for {
		text, err := l.next()
		if err != nil {
			return nil, err
		}
		if text == nil {
			break
		}
		if err := t.row(t.split(string(text))); err != nil {
			return nil, err
		}
	}
	if t.rows == 0 {
		return nil, l.whole("empty: want lines of time and rate")
	}
	return newCapacity(l, t.points, t.length())
}

// begin settles the layout from the first line.
func (t *table) begin() error {
	text, err := t.next()
	if err != nil {
		return err
	}
	if text == nil {
		return t.whole("empty: want lines of time and rate")
	}
	fields := t.split(string(text))
	if _, numeric := number(fields[0]); !numeric {
		return t.header(fields)
	}
	t.unread()
	t.layout = layout{time: column{0, 1e9}, rate: column{1, 1e6}, fields: 2}
	if len(fields) == 2 {
		if words := headerWords(fields[1]); len(words) == 1 && rateUnits[words[0]] > 0 {
			t.layout = layout{time: column{-1, 0}, rate: column{0, 1}, fields: 2, unit: true}
		}
	}
	return nil
}

func (t *table) header(fields []string) error {
	found, ok := readHeader(fields)
	if !ok {
		return t.errorf("no rate column in header %s: want one called rate, bandwidth, throughput, capacity or by its unit such as Mbps",
			quoted(strings.Join(fields, ",")))
	}
	t.layout = found
	return nil
}

// split cuts a line into fields without blanks and quotes.
func (t *table) split(text string) []string {
	if !t.csv {
		if strings.Contains(text, "(") {
			text = strings.ReplaceAll(text, " (", "(")
		}
		return strings.Fields(text)
	}
	separator := ","
	if !strings.Contains(text, separator) {
		separator = ";"
	}
	fields := strings.Split(text, separator)
	for i, f := range fields {
		fields[i] = strings.Trim(f, " \t\"")
	}
	return fields
}

func (t *table) row(fields []string) error {
	l := t.layout
	if l.fields > 0 && len(fields) != l.fields {
		return t.errorf("%d columns: want 2, time and rate, or a header that names them", len(fields))
	}
	if last := max(l.time.at, l.rate.at); last >= len(fields) {
		return t.errorf("%d columns: want at least %d", len(fields), last+1)
	}
	at, err := t.instant(fields)
	if err != nil {
		return err
	}
	rate, err := t.rate(fields)
	if err != nil {
		return err
	}
	t.rows++
	t.add(at, rate)
	return nil
}

// instant returns the row's time after the first row's.
func (t *table) instant(fields []string) (time.Duration, error) {
	if t.layout.time.at < 0 {
		return time.Duration(t.rows) * time.Second, nil
	}
	field := fields[t.layout.time.at]
	ns, ok := number(field)
	ns *= t.layout.time.unit
	if !ok {
		if ns, ok = date(field); !ok {
			return 0, t.errorf("time %s: want a number", quoted(field))
		}
	}
	if t.rows == 0 {
		t.first = ns
	}
	since := ns - t.first
	switch {
	case !(since <= float64(MaxLength)): // also where it is no number
		return 0, t.errorf("time %s: more than a year after the first", quoted(field))
	case since < 0 || t.rows > 0 && time.Duration(since) < t.points[len(t.points)-1].at:
		return 0, t.errorf("time %s: runs backwards", quoted(field))
	}
	return time.Duration(since), nil
}

// date reads a time of day as nanoseconds, as far as differences need it.
func date(field string) (float64, bool) {
	for _, format := range []string{"2006.01.02_15.04.05", time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(format, field); err == nil {
			return float64(t.Unix())*1e9 + float64(t.Nanosecond()), true
		}
	}
	return 0, false
}

func (t *table) rate(fields []string) (float64, error) {
	field, unit := fields[t.layout.rate.at], t.layout.rate.unit
	if t.layout.unit {
		words := headerWords(fields[1])
		if len(words) != 1 || rateUnits[words[0]] == 0 {
			return 0, t.errorf("unit %s: want one such as Mbits/sec", quoted(fields[1]))
		}
		unit = rateUnits[words[0]]
	}
	v, ok := number(field)
	switch {
	case !ok:
		return 0, t.errorf("rate %s: want a number", quoted(field))
	case v < 0:
		return 0, t.errorf("rate %s: want 0 or more %s", field, unitName(unit))
	case v*unit > MaxRate:
		return 0, t.errorf("rate %s: want at most 1 Tbit/s", quoted(field))
	}
	return v * unit, nil
}

func unitName(unit float64) string {
	return map[float64]string{1: "bit/s", 1e3: "kbit/s", 1e6: "Mbit/s", 1e9: "Gbit/s"}[unit]
}

// add appends a row; of two at one time the later counts.
func (t *table) add(at time.Duration, rate float64) {
	if n := len(t.points); n > 0 && t.points[n-1].at == at {
		t.points[n-1].rate = rate
		return
	}
	t.points = append(t.points, point{at, rate})
}

// length is how long the trace lasts: the last row stays as long as the median one, a single one for a second.
func (t *table) length() time.Duration {
	last := t.points[len(t.points)-1].at
	if len(t.points) < 2 {
		return time.Second
	}
	steps := make([]time.Duration, len(t.points)-1)
	for i := range steps {
		steps[i] = t.points[i+1].at - t.points[i].at
	}
	slices.Sort(steps)
	return last + steps[len(steps)/2]
}
