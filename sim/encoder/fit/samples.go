package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"airbridge/units"
)

// sample is one encoded frame.
type sample struct {
	idr    bool
	rate   units.Bitrate // at which it was encoded
	bytes  int
	qp     float64
	took   time.Duration
	slices [sliceCount]int
}

// run is what came out of a plan.
type run struct {
	name    string
	seed    uint64
	samples []sample
}

// columns of the sample file.
var columns = []string{"run", "seed", "idr", "rate_bps", "bytes", "qp", "encode_us", "slice_0", "slice_1", "slice_2"}

// writeSamples writes runs as CSV, one line a frame, in order.
func writeSamples(w io.Writer, runs []run) error {
	out := csv.NewWriter(w)
	_ = out.Write(columns) // Error tells
	for _, r := range runs {
		for _, s := range r.samples {
			_ = out.Write([]string{
				r.name, strconv.FormatUint(r.seed, 10), strconv.FormatBool(s.idr), strconv.FormatInt(int64(s.rate), 10),
				strconv.Itoa(s.bytes), strconv.FormatFloat(s.qp, 'f', 1, 64), strconv.FormatInt(s.took.Microseconds(), 10),
				strconv.Itoa(s.slices[0]), strconv.Itoa(s.slices[1]), strconv.Itoa(s.slices[2]),
			})
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write samples: %w", err)
	}
	return nil
}

// readSamples reads what writeSamples wrote.
func readSamples(r io.Reader) ([]run, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(columns)
	lines, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	var runs []run
	for i, f := range lines {
		if i == 0 {
			continue // the names of the columns
		}
		seed, s, err := parseSample(f)
		if err != nil {
			return nil, fmt.Errorf("read samples: line %d: %w", i+1, err)
		}
		if n := len(runs); n == 0 || runs[n-1].name != f[0] || runs[n-1].seed != seed {
			runs = append(runs, run{name: f[0], seed: seed})
		}
		last := &runs[len(runs)-1]
		last.samples = append(last.samples, s)
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("read samples: none there")
	}
	return runs, nil
}

// most bounds what a sample may hold, in any unit: beyond any encoder, and within what converts to integers.
const most = 1e12

func parseSample(f []string) (seed uint64, s sample, err error) {
	var n [8]float64
	for i, text := range f[3:] {
		if n[i], err = strconv.ParseFloat(text, 64); err != nil || !(n[i] >= 0 && n[i] <= most) {
			return 0, s, fmt.Errorf("column %s: %q", columns[i+3], text)
		}
	}
	if seed, err = strconv.ParseUint(f[1], 10, 64); err != nil {
		return 0, s, fmt.Errorf("column %s: %q", columns[1], f[1])
	}
	s = sample{
		idr: f[2] == "true", rate: units.Bitrate(n[0]), bytes: int(n[1]), qp: n[2],
		took: time.Duration(n[3]) * time.Microsecond,
	}
	s.slices = [sliceCount]int{int(n[4]), int(n[5]), int(n[6])}
	s.slices[3] = s.bytes - s.slices[0] - s.slices[1] - s.slices[2]
	if s.rate <= 0 || s.bytes <= 0 || s.slices[3] < 0 {
		return 0, s, fmt.Errorf("rate %d, %d bytes, last slice %d: want them positive", s.rate, s.bytes, s.slices[3])
	}
	return seed, s, nil
}
