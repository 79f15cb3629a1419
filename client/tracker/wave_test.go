package tracker

import (
	"math"
	"testing"
	"time"

	"airbridge/units"
)

func TestFloorMod(t *testing.T) {
	for _, tt := range []struct{ a, b, want int64 }{{7, 5, 2}, {-7, 5, 3}, {-5, 5, 0}, {0, 5, 0}, {4, 5, 4}} {
		if got := floorMod(tt.a, tt.b); got != tt.want {
			t.Errorf("floorMod(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestAWaveIsAsExactAfterYears(t *testing.T) {
	w := makeWave(2, 4*time.Second, 0)
	years := units.Mono(1_000_000_000) * units.Mono(4*time.Second)
	for _, start := range []units.Mono{0, years, -years} {
		for quarter, want := range []float64{0, 2, 0, -2} {
			v, d := w.at(start.Add(time.Duration(quarter) * time.Second))
			wantSlope := 2 * math.Pi / 4 * 2 * []float64{1, 0, -1, 0}[quarter]
			if math.Abs(v-want) > 1e-12 || math.Abs(d-wantSlope) > 1e-12 {
				t.Errorf("start %d, quarter %d: %v, %v, want %v, %v", start, quarter, v, d, want, wantSlope)
			}
		}
	}
}

func TestMinimumJerk(t *testing.T) {
	const length = 500 * time.Millisecond
	tests := []struct {
		name                  string
		f, value, slope, diff float64
	}{
		{"before", -1, 1, 0, 0},
		{"start", 0, 1, 0, 0},
		{"middle is half way at 1.875 of the mean speed", 0.5, 2, peakOverMean * 2 / 0.5, 1e-12},
		{"end", 1, 3, 0, 0},
		{"after", 2, 3, 0, 0},
	}
	for _, tt := range tests {
		v, d := minimumJerk(1, 3, tt.f, length)
		if math.Abs(v-tt.value) > tt.diff || math.Abs(d-tt.slope) > tt.diff {
			t.Errorf("%s: %v, %v, want %v, %v", tt.name, v, d, tt.value, tt.slope)
		}
	}
}

// A glance begins and ends inside its turn, so that turns join where the head rests.
func TestGlancesFitIntoTheirTurns(t *testing.T) {
	g := glances{seed: 5, furthest: 55 * degree, calm: 20 * degree}
	for number := int64(-500); number < 500; number++ {
		amplitude := math.Abs(g.rest(number) - g.rest(number-1))
		start, length := g.timing(number, amplitude)
		if start < 0 || length < minGlance || start+length > turn {
			t.Errorf("turn %d: start %v, length %v, want inside %v", number, start, length, turn)
		}
		if peak := peakOverMean * amplitude / length.Seconds(); peak > peakSpeed*1.01 {
			t.Errorf("turn %d: peak speed %.0f degrees a second", number, peak/degree)
		}
	}
}
