package encoder

import (
	"errors"
	"math"
	"strings"
	"testing"

	"airbridge/units"
)

func TestValidateTellsAllFaults(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	bad := Config{
		Width: -1, Height: 5, FPS: -1, Bitrate: 500 * units.Mbps, MaxBitrate: 2 * units.Gbps, Slices: 17, Waiting: -1,
		Spread: -1, Slowness: math.NaN(), Model: &Model{},
	}
	var joined interface{ Unwrap() []error }
	if err := bad.Validate(); !errors.As(err, &joined) || len(joined.Unwrap()) != 8 {
		t.Errorf("Validate of eight faults = %v", err)
	}
	if err := (Config{Width: 1 << 20, Height: 1 << 20}).Validate(); err == nil {
		t.Error("a picture of a million pixels square passed")
	}
	if err := (Config{Bitrate: 1000}).Validate(); err == nil {
		t.Error("a rate of 1 kbps passed")
	}
}

func TestModelFaults(t *testing.T) {
	tests := []struct {
		name   string
		change func(m *Model)
		want   string
	}{
		{"no rates", func(m *Model) { m.Steady = nil }, "no steady rates"},
		{"rates that fall", func(m *Model) { m.Steady[1].BitsPerPixel = 1e-9 }, "bits a pixel"},
		{"a mean of nothing", func(m *Model) { m.Steady[0].Mean = 0 }, "mean 0"},
		{"a negative spread", func(m *Model) { m.Steady[0].Spread = -1 }, "spread -1"},
		{"wander of 2", func(m *Model) { m.Steady[0].Wander = 2 }, "wander 2"},
		{"no number", func(m *Model) { m.Steady[0].IDR = math.NaN() }, "IDR"},
		{"perfect memory", func(m *Model) { m.Persist = 1 }, "correlations"},
		{"a shape that falls", func(m *Model) { m.Deviation[3] = 99 }, "shape"},
		{"a time of nothing", func(m *Model) { m.Time.Multiplier[0] = 0 }, "multiplier"},
		{"a negative time", func(m *Model) { m.Time.PerByte = -1 }, "time"},
		{"a negative reply", func(m *Model) { m.IDR[2].Mean = -1 }, "idr: frame 2"},
		{"no step", func(m *Model) { m.Steps[0].Ratio = 1 }, "ratio"},
		{"responses of two lengths", func(m *Model) { m.Steps[1].Response = m.Steps[1].Response[:3] }, "step 1: 3 frames"},
		{"restless for ever", func(m *Model) { m.Restless = math.Inf(1) }, "restless"},
		{"a slice of nothing", func(m *Model) { m.Slices.Mean[1] = 0 }, "slice 1"},
	}
	for _, c := range tests {
		m := Fitted()
		c.change(&m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Validate = %v, want %q in it", c.name, err, c.want)
		}
	}
}

func TestModelInterpolates(t *testing.T) {
	m := &Model{Steady: []Steady{{BitsPerPixel: 0.1, Mean: 1, QP: 30}, {BitsPerPixel: 0.4, Mean: 2, QP: 10}}}
	for _, c := range []struct{ bpp, mean, qp float64 }{
		{0.01, 1, 30}, {0.1, 1, 30}, {0.2, 1.5, 20}, {0.4, 2, 10}, {9, 2, 10},
	} {
		if s := m.At(c.bpp); math.Abs(s.Mean-c.mean) > 1e-9 || math.Abs(s.QP-c.qp) > 1e-9 {
			t.Errorf("At(%g) = mean %g, QP %g, want %g and %g", c.bpp, s.Mean, s.QP, c.mean, c.qp)
		}
	}
}
