package scene

import (
	"math"
	"testing"

	"airbridge/internal/picture"

	"pgregory.net/rapid"
)

func TestClip(t *testing.T) {
	tests := []struct {
		name         string
		slope, base  float64
		wantLo, want float64
	}{
		{"everywhere", 0, 1, 0, 10},
		{"rising", 1, -3, 3, 10},
		{"falling", -2, 8, 0, 4},
		{"zero at the border", 1, 0, 0, 10},
	}
	for _, tt := range tests {
		if lo, hi := clip(0, 10, tt.slope, tt.base); lo != tt.wantLo || hi != tt.want {
			t.Errorf("%s: clip = %v, %v, want %v, %v", tt.name, lo, hi, tt.wantLo, tt.want)
		}
	}
	for _, l := range []line{{0, -1}, {1, -11}, {-1, -1}} {
		if lo, hi := clip(0, 10, l.slope, l.base); lo <= hi {
			t.Errorf("clip of %v = %v, %v, want nothing", l, lo, hi)
		}
	}
}

// The envelope shows, in every column, the surface whose line is greatest there: drawn here with one luma a surface.
func TestEnvelopeIsTheGreatestLine(t *testing.T) {
	var flat [maxFaces]surface
	for i := range flat {
		// Nearness is 1 all over: what is drawn depends on the lines alone.
		flat[i] = surface{nearness: linear{c: 1}, material: uniform(20 + i), light: &lightTables[lightSteps]}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, maxFaces).Draw(t, "lines")
		var lines [maxFaces]line
		slope, base := rapid.Float64Range(-1, 1), rapid.Float64Range(-100, 100)
		for i := range n {
			lines[i] = line{slope.Draw(t, "slope"), base.Draw(t, "base")}
		}
		x0 := rapid.IntRange(0, 100).Draw(t, "x0")
		x1 := rapid.IntRange(x0, 320).Draw(t, "x1")
		p := picture.New(320, 2)
		r := rowOf(p, 0)
		r.envelope(flat[:n], &lines, x0, x1)
		for x := range 320 {
			if x < x0 || x >= x1 {
				if p.Y[x] != 0 {
					t.Fatalf("column %d outside %d to %d was drawn", x, x0, x1)
				}
				continue
			}
			at := int(p.Y[x]) - 20
			if at < 0 || at >= n {
				t.Fatalf("column %d shows luma %d", x, p.Y[x])
			}
			best := lines[greatest(lines[:n], float64(x))]
			shown := lines[at]
			if math.Abs(shown.slope*float64(x)+shown.base-best.slope*float64(x)-best.base) > 1e-9 {
				t.Fatalf("column %d shows line %d = %v, want %v", x, at, shown, best)
			}
		}
	})
}

func TestSpanLength(t *testing.T) {
	tests := []struct {
		name string
		n    line
		want int
	}{
		{"a wall straight ahead", line{0, 1}, maxSpan},
		{"a wall at an angle", line{1.0 / 403, 1}, 16},
		{"a wall seen along it", line{1, 1}, minSpan},
		{"falling nearness counts like rising", line{-1.0 / 2000, 1}, 32},
	}
	for _, tt := range tests {
		if got := spanLength(tt.n, 0, 100); got != tt.want {
			t.Errorf("%s: spanLength = %d, want %d", tt.name, got, tt.want)
		}
	}
}
