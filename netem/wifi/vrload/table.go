package vrload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// header is the first line of what vr_wifi writes.
const header = "frame,send_s,size_B,pkts,rx_pkts,delay_ms"

// WriteFrames writes frames the way vr_wifi does: a header and a line a frame, with a delay of -1 where a packet was lost.
func WriteFrames(w io.Writer, frames []Frame) error {
	var b bytes.Buffer
	b.WriteString(header + "\n")
	for i := range frames {
		f := &frames[i]
		delay := -1.0
		if f.Complete() {
			delay = float64(f.Delay()) / 1e6
		}
		fmt.Fprintf(&b, "%d,%.6f,%d,%d,%d,%.4f\n", i, float64(f.Sent)/1e9, f.Size, f.Packets, f.Received, delay)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write frames: %w", err)
	}
	return nil
}

// ParseDelays reads what vr_wifi or WriteFrames wrote: the delays of the complete frames, and how many others there are.
func ParseDelays(text []byte) (complete Sample, incomplete int, err error) {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if lines[0] != header {
		return nil, 0, fmt.Errorf("line 1: want %q", header)
	}
	for i, line := range lines[1:] {
		fields := strings.Split(line, ",")
		if len(fields) != strings.Count(header, ",")+1 {
			return nil, 0, fmt.Errorf("line %d: %d fields", i+2, len(fields))
		}
		delay, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		switch {
		case err != nil || math.IsNaN(delay) || math.IsInf(delay, 0):
			return nil, 0, fmt.Errorf("line %d: delay %q is no number", i+2, fields[len(fields)-1])
		case delay < 0:
			incomplete++
		default:
			complete = append(complete, delay)
		}
	}
	slices.Sort(complete)
	return complete, incomplete, nil
}

// Reference is what ns-3 measured of a workload, small enough to be kept.
type Reference struct {
	// Name is the workload's.
	Name string
	Workload
	// Seeds is how many runs of 60 s it comes from, Frames how many complete frames they have.
	Seeds, Frames int
	// Percentiles are the delays' from the 1st to the 99th, in ms.
	Percentiles [99]float64
}

// NewReference returns the reference of a workload.
func NewReference(name string, w Workload, seeds int, truth Sample) Reference {
	r := Reference{Name: name, Workload: w, Seeds: seeds, Frames: len(truth)}
	for i := range r.Percentiles {
		r.Percentiles[i] = truth.Quantile(float64(i+1) / 100)
	}
	return r
}

// Compare judges a model's delays. KS is the greatest difference at the percentiles.
func (r Reference) Compare(model Sample) Verdict {
	p50, p99 := r.Percentiles[49], r.Percentiles[98]
	v := Verdict{Limits: r.Limits(p50, p99), P50: model.Quantile(0.5)/p50 - 1, P99: model.Quantile(0.99)/p99 - 1}
	for i, q := range r.Percentiles {
		v.KS = max(v.KS, math.Abs(model.Below(q)-float64(i+1)/100))
	}
	return v
}

// AppendText appends the reference as a line without its end: name, options, seeds, frames, percentiles.
func (r Reference) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "%s %g %g %d %g %d %g %g %d %d %d", r.Name, r.FPS, r.Mbps, r.Stations, r.Background, r.MCS,
		r.On.Seconds(), r.Off.Seconds(), r.Priority, r.Seeds, r.Frames)
	for _, q := range r.Percentiles {
		b = fmt.Appendf(b, " %.3f", q)
	}
	return b
}

// ParseReferences reads lines of references; what follows a # is a comment.
func ParseReferences(text string) (all []Reference, err error) {
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		r, err := parseReference(fields)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// options is how many fields of a reference come before the percentiles.
const options = 11

func parseReference(fields []string) (Reference, error) {
	r := Reference{Name: fields[0]}
	if len(fields) != options+len(r.Percentiles) {
		return r, fmt.Errorf("%d fields: want %d", len(fields), options+len(r.Percentiles))
	}
	numbers := make([]float64, 0, len(fields))
	for _, f := range fields[1:] {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || !(v >= 0 && v < 1e9) {
			return r, fmt.Errorf("%q is no number from 0 to 1e9", f)
		}
		numbers = append(numbers, v)
	}
	w := Default()
	w.FPS, w.Mbps, w.Stations, w.Background, w.MCS = numbers[0], numbers[1], int(numbers[2]), numbers[3], int(numbers[4])
	w.On, w.Off, w.Priority = seconds(numbers[5]), seconds(numbers[6]), int(numbers[7])
	r.Workload, r.Seeds, r.Frames = w, int(numbers[8]), int(numbers[9])
	copy(r.Percentiles[:], numbers[options-1:])
	if !slices.IsSorted(r.Percentiles[:]) {
		return r, errors.New("the percentiles fall")
	}
	return r, w.Validate()
}
