package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	if err := strict(text, &r, &r); err != nil {
		return Record{}, err
	}
	return r, nil
}

// strict reads an object into a record or what holds one, and looks for what is missing and what cannot be.
func strict(text []byte, into any, r *Record) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%w: text follows the object", ErrRecord)
	}
	if err := errors.Join(missing(text), r.contradiction()); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return nil
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
