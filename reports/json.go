package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ErrRecord is what Parse wraps about text that is no run record.
var ErrRecord = errors.New("not a run record")

// Write writes the record as one JSON object and a line feed: on one line where indent is empty, so that several runs
// make a file of lines.
func (r *Record) Write(w io.Writer, indent string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write run record %s: %w", r.Scenario, err)
	}
	return nil
}

// Parse reads one run record. It is strict: unknown fields, missing fields, text behind the object and counts that
// contradict each other are errors. A field that a run cannot know must be there and be null.
func Parse(text []byte) (Record, error) {
	var r Record
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Record{}, fmt.Errorf("%w: text follows the object", ErrRecord)
	}
	if err := errors.Join(missing(text), r.contradiction()); err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return r, nil
}

// ParseAll reads several run records, one a line or indented, and at least one.
func ParseAll(rd io.Reader) ([]Record, error) {
	var all []Record
	dec := json.NewDecoder(rd)
	for {
		var text json.RawMessage
		err := dec.Decode(&text)
		if err == io.EOF && len(all) > 0 {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("record %d: %w: %w", len(all)+1, ErrRecord, err)
		}
		r, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", len(all)+1, err)
		}
		all = append(all, r)
	}
}

// fixed are the fields every record has, object by object; those of an object that may be null only where it is not.
var fixed = []struct {
	path   []string
	fields []string
}{
	{nil, []string{
		"scenario", "seed", "duration_s", "wall_s", "trace_hash", "version", "controllers", "frames",
		"missed_per_hour", "latency_ms", "network", "bitrate_mbps", "recovery", "picture",
	}},
	{[]string{"controllers"}, []string{"latency", "bitrate", "recovery"}},
	{[]string{"frames"}, []string{"rendered", "displayed", "replaced", "late", "lost", "skipped", "missed_slots"}},
	{[]string{"missed_per_hour"}, []string{"value", "low", "high"}},
	{[]string{"latency_ms"}, []string{"motion_to_photon", "stages"}},
	{[]string{"latency_ms", "motion_to_photon"}, []string{"mean", "p50", "p90", "p99", "p999", "max"}},
	{[]string{"network"}, []string{
		"packets_sent", "packets_lost", "recovered_fec", "recovered_rtx", "capacity_mbps",
		"goodput_mbps", "utilisation", "queue_ms",
	}},
	{[]string{"network", "queue_ms"}, []string{"p50", "p99"}},
	{[]string{"bitrate_mbps"}, []string{"mean", "p5", "p95"}},
	{[]string{"recovery"}, []string{"idr", "nack", "parity_ratio", "freezes", "longest_freeze_ms"}},
	{[]string{"picture"}, []string{"psnr_db_mean", "marker_errors"}},
}

// mayBeNull are the objects that a run may not know as a whole.
var mayBeNull = []string{"missed_per_hour", "motion_to_photon", "queue_ms", "bitrate_mbps"}

func missing(text []byte) error {
	var faults []error
	for _, object := range fixed {
		fields, name := text, "record"
		for _, step := range object.path {
			var inner map[string]json.RawMessage
			if json.Unmarshal(fields, &inner) != nil {
				break
			}
			fields, name = inner[step], step
		}
		var have map[string]json.RawMessage
		if json.Unmarshal(fields, &have) != nil || have == nil && slices.Contains(mayBeNull, name) {
			continue
		}
		for _, f := range object.fields {
			if _, ok := have[f]; !ok {
				faults = append(faults, fmt.Errorf("%s has no %s", name, f))
			}
		}
	}
	return errors.Join(faults...)
}

// contradiction returns what cannot be of a run.
func (r *Record) contradiction() error {
	var faults []error
	if !(r.DurationS >= 0) || math.IsInf(r.DurationS, 0) {
		faults = append(faults, fmt.Errorf("duration_s is %v", r.DurationS))
	}
	if m := r.MissedPerHour; m != nil && !(m.Low <= m.Value && m.Value <= m.High) {
		faults = append(faults, fmt.Errorf("missed_per_hour %v is outside %v to %v", m.Value, m.Low, m.High))
	}
	f := &r.Frames
	var sum int64
	for _, n := range []*int64{f.Displayed, f.Replaced, f.Late, f.Lost, f.Skipped} {
		if n == nil || f.Rendered == nil {
			return errors.Join(faults...)
		}
		if *n < 0 {
			faults = append(faults, fmt.Errorf("a count of frames is %d", *n))
		}
		sum += *n
	}
	if sum != *f.Rendered {
		faults = append(faults, fmt.Errorf("%d frames rendered, %d outcomes", *f.Rendered, sum))
	}
	return errors.Join(faults...)
}
