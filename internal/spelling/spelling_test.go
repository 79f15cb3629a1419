package spelling_test

import (
	"fmt"
	"testing"

	"airbridge/internal/spelling"

	"pgregory.net/rapid"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"abc", "abc", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"kitten", "sitting", 3},
		{"flaw", "lawn", 2},
		{"wifi6-bussy", "wifi6-busy", 1},
		{"ab", "ba", 2},
	} {
		if got := spelling.Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDistanceIsOne(t *testing.T) {
	word := rapid.StringN(0, 12, 24)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab, ba := spelling.Distance(a, b), spelling.Distance(b, a)
		if ab != ba || (ab == 0) != (a == b) || ab > max(len(a), len(b)) {
			t.Errorf("Distance is %d one way and %d the other", ab, ba)
		}
		if ac := spelling.Distance(a, c); ac > ab+spelling.Distance(b, c) {
			t.Errorf("the way through %q is shorter", b)
		}
	})
}

func ExampleDistance() {
	fmt.Println(spelling.Distance("etherent", "ethernet"))
	// Output: 2
}
