package handle_test

import (
	"fmt"

	"airbridge/internal/handle"
)

// The shell keeps the pictures; the core passes their numbers about.
func Example() {
	var pictures handle.Table[string]
	h := pictures.Put("a decoded frame")
	fmt.Println(pictures.Get(h))
	fmt.Println(pictures.Take(h), "released,", pictures.Len(), "left")
	// Output:
	// a decoded frame
	// a decoded frame released, 0 left
}
