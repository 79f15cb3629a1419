package scene

import (
	"math"
	"testing"
)

// What covers walls and floor repeats without a seam: across the border of a repetition neighbouring texels differ no
// more than they do inside. Pictures that are never repeated (painting, window) are left out.
func TestRepeatedPatternsHaveNoSeam(t *testing.T) {
	p := paint(5)
	for name, m := range map[string]*material{
		"plaster": p.plaster, "paper": p.paper, "brick": p.brick, "ceiling": p.ceiling, "planks": p.planks,
		"marble": p.marble, "toy": p.toy,
	} {
		across := func(x int) (sum float64) {
			for y := range textureSize {
				row := m.levels[0].luma[y*textureSize:][:textureSize]
				sum += math.Abs(float64(row[wrap(x, textureSize)]) - float64(row[wrap(x-1, textureSize)]))
			}
			return sum
		}
		down := func(y int) (sum float64) {
			a := m.levels[0].luma[wrap(y, textureSize)*textureSize:][:textureSize]
			b := m.levels[0].luma[wrap(y-1, textureSize)*textureSize:][:textureSize]
			for x := range a {
				sum += math.Abs(float64(a[x]) - float64(b[x]))
			}
			return sum
		}
		mostAcross, mostDown := 0.0, 0.0
		for i := 1; i < textureSize; i++ {
			mostAcross, mostDown = max(mostAcross, across(i)), max(mostDown, down(i))
		}
		if got := across(0); got > 1.2*mostAcross {
			t.Errorf("%s: a seam of %.0f between right and left, %.0f at most inside", name, got, mostAcross)
		}
		if got := down(0); got > 1.2*mostDown {
			t.Errorf("%s: a seam of %.0f between bottom and top, %.0f at most inside", name, got, mostDown)
		}
	}
}

func TestRampAndEdge(t *testing.T) {
	for _, tt := range []struct{ t, want float64 }{{-1, 0}, {1, 0}, {1.5, 0.5}, {2, 1}, {9, 1}} {
		if got := ramp(tt.t, 1, 2); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("ramp(%v, 1, 2) = %v, want %v", tt.t, got, tt.want)
		}
	}
	for _, tt := range []struct{ t, want float64 }{{0, 0}, {0.05, 0}, {0.1, 1}, {0.5, 1}, {0.9, 1}, {0.95, 0}, {1, 0}} {
		if got := edge(tt.t, 0.1); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("edge(%v, 0.1) = %v, want %v", tt.t, got, tt.want)
		}
	}
}
