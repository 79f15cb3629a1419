package profile

import (
	"fmt"
	"strings"

	"airbridge/internal/spelling"
)

// suggest returns what a misspelt name may have meant, as the end of a message: ": did you mean X?" or else all there is.
func suggest(name string, known []string) string {
	if best, distance := nearest(name, known); distance <= max(2, len(name)/3) {
		return fmt.Sprintf(": did you mean %s?", best)
	}
	return ": want one of " + strings.Join(known, ", ")
}

// nearest finds the known name with the least edit distance.
func nearest(name string, known []string) (best string, distance int) {
	const far = 1 << 20
	distance = far
	if len(name) > 64 {
		return "", far
	}
	for _, k := range known {
		if d := spelling.Distance(name, k); d < distance {
			best, distance = k, d
		}
	}
	return best, distance
}
