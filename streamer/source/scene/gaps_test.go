package scene

import (
	"testing"

	"pgregory.net/rapid"
)

// After any sequence of covers the gaps hold each column that was not covered exactly once, and no other.
func TestGapsAreWhatIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const width = 60
		g := wholeRow(10, width)
		var want [width + 20]int
		for x := 10; x < width; x++ {
			want[x] = 1
		}
		for range rapid.IntRange(0, maxThings).Draw(t, "covers") {
			x0 := rapid.IntRange(0, width+10).Draw(t, "x0")
			x1 := rapid.IntRange(x0+1, width+20).Draw(t, "x1")
			g.cover(x0, x1)
			for x := x0; x < x1; x++ {
				want[x] = 0
			}
			var got [width + 20]int
			for _, s := range g.all() {
				if s.x0 >= s.x1 {
					t.Fatalf("empty gap %v", s)
				}
				for x := s.x0; x < s.x1; x++ {
					got[x]++
				}
			}
			if got != want {
				t.Fatalf("gaps %v after covering %d to %d, want columns %v", g.all(), x0, x1, want)
			}
		}
	})
}

func TestCoverSplits(t *testing.T) {
	g := wholeRow(0, 100)
	g.cover(40, 60)
	g.cover(0, 10)
	g.cover(90, 100)
	if got := g.all(); len(got) != 2 || got[0] != (gap{10, 40}) || got[1] != (gap{60, 90}) {
		t.Errorf("gaps = %v, want 10 to 40 and 60 to 90", got)
	}
	g.cover(0, 100)
	if got := g.all(); len(got) != 0 {
		t.Errorf("gaps = %v, want none", got)
	}
}
