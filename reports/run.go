package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"airbridge/reports/series"
)

// maxRun bounds the text of one run: its record, and a series that is full.
const maxRun = 64 << 20

// Run is a run record with what the run recorded over time. In JSON it is the record with one more field, series.
type Run struct {
	Record
	// Series is nil where nothing was recorded over time.
	Series *series.Series `json:"series,omitempty"`
}

// Write writes the run as one line.
func (r *Run) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write run %s: %w", r.Scenario, err)
	}
	return nil
}

// ParseRun reads one run, as strictly as Parse reads a record.
func ParseRun(text []byte) (Run, error) {
	var r Run
	if err := strict(text, &r, &r.Record); err != nil {
		return Run{}, err
	}
	return r, nil
}

// ReadRuns reads a file of runs: one JSON object after the other, on a line each or indented. name is what errors call
// the file; they tell the line on which the faulty run begins.
func ReadRuns(name string, rd io.Reader) ([]Run, error) {
	var all []Run
	lines := &lineCounter{rd: bufio.NewReader(rd), line: 1}
	dec := json.NewDecoder(lines)
	for {
		var text json.RawMessage
		start := dec.InputOffset()
		err := dec.Decode(&text)
		if err == io.EOF {
			break
		}
		begin := dec.InputOffset() - int64(len(text))
		if err != nil {
			begin = start + blanks(dec.Buffered())
		}
		at := fmt.Sprintf("%s:%d", name, lines.lineOf(begin))
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", at, ErrRecord, err)
		}
		if len(text) > maxRun {
			return nil, fmt.Errorf("%s: %w: a run of %d bytes", at, ErrRecord, len(text))
		}
		r, err := ParseRun(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: %w: no run in it", name, ErrRecord)
	}
	return all, nil
}

// ReadFile reads a file of runs.
func ReadFile(path string) ([]Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return ReadRuns(path, f)
}

// lineCounter remembers where the lines begin that it has handed on and that were not asked for yet.
type lineCounter struct {
	rd     io.Reader
	breaks []int64 // offsets of line feeds, from the last one asked for
	offset int64
	line   int
}

// Read hands on and notes line feeds.
func (l *lineCounter) Read(p []byte) (int, error) {
	n, err := l.rd.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			l.breaks = append(l.breaks, l.offset+int64(i))
		}
	}
	l.offset += int64(n)
	return n, err
}

// lineOf returns the line of an offset; offsets must not decrease.
func (l *lineCounter) lineOf(offset int64) int {
	for len(l.breaks) > 0 && l.breaks[0] < offset {
		l.breaks = l.breaks[1:]
		l.line++
	}
	return l.line
}

// blanks counts the white space that a text begins with.
func blanks(rd io.Reader) int64 {
	text, _ := io.ReadAll(rd) // a decoder's buffer: reading it does not fail
	return int64(len(text) - len(bytes.TrimLeft(text, " \t\r\n")))
}
