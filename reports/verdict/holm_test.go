package verdict

import (
	"math"
	"testing"

	"airbridge/internal/stream"
)

func tests(p ...float64) (all []*Test) {
	for _, v := range p {
		all = append(all, &Test{P: v})
	}
	return all
}

func TestHolmByHand(t *testing.T) {
	for _, c := range []struct{ p, want []float64 }{
		{nil, nil},
		{[]float64{0.04}, []float64{0.04}},
		{[]float64{0.01, 0.02, 0.03, 0.04}, []float64{0.04, 0.06, 0.06, 0.06}},
		{[]float64{0.04, 0.01, 0.03, 0.02}, []float64{0.06, 0.04, 0.06, 0.06}}, // in their order
		{[]float64{0.6, 0.5, 0.01}, []float64{1, 1, 0.03}},
		{[]float64{0.02, 0.02}, []float64{0.04, 0.04}},
	} {
		got := holm(tests(c.p...))
		for i, want := range c.want {
			if math.Abs(got[i]-want) > 1e-12 {
				t.Errorf("holm(%v) = %v, want %v", c.p, got, c.want)
				break
			}
		}
	}
}

// Whichever hypotheses are true and however they hang together, a false verdict comes in at most Alpha of all cases.
func TestHolmKeepsFalseVerdictsRare(t *testing.T) {
	r := stream.New(41, "holm")
	const trials, family = 4000, 12
	for name, draw := range map[string]func(p []float64){
		"all true, each by itself": func(p []float64) {
			for i := range p {
				p[i] = r.Float64()
			}
		},
		"all true, all the same": func(p []float64) {
			v := r.Float64()
			for i := range p {
				p[i] = v
			}
		},
		"half of them false": func(p []float64) {
			for i := range p {
				p[i] = r.Float64()
				if i%2 == 1 {
					p[i] *= 1e-6
				}
			}
		},
	} {
		wrong := 0
		p := make([]float64, family)
		for range trials {
			draw(p)
			for i, adjusted := range holm(tests(p...)) {
				if adjusted <= Alpha && (name != "half of them false" || i%2 == 0) {
					wrong++
					break
				}
			}
		}
		atMostShare(t, name, wrong, trials, Alpha)
	}
}
