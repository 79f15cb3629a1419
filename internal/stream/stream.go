// Package stream gives every random draw of the laboratory a stream of its own, named after what it is for: a new
// consumer cannot shift the draws of the others, and one seed repeats a whole run.
package stream

import (
	"hash/fnv"
	"math/rand/v2"
)

// New returns the stream of a seed with a name such as "wifi/backoff": PCG(seed, FNV-1a of the name).
func New(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
