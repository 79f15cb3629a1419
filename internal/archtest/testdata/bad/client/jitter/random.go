package jitter

import (
	_ "crypto/rand" // want `core client/jitter imports crypto/rand`
	old "math/rand"
	"math/rand/v2"
)

type dice struct{ r *rand.Rand }

func draw(r *rand.Rand) int {
	r = rand.New(rand.NewPCG(1, 2))
	_ = old.New(old.NewSource(1))
	_ = r.IntN(6)
	_ = old.Intn(6)     // want `core client/jitter uses math/rand.Intn`
	old.Shuffle(2, nil) // want `core client/jitter uses math/rand.Shuffle`
	_ = rand.N(6)       // want `core client/jitter uses math/rand/v2.N`
	return rand.IntN(6) // want `core client/jitter uses math/rand/v2.IntN`
}
