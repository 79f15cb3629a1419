package wake

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Quantile says that a share P of all latencies is at most NS nanoseconds.
type Quantile struct {
	P  float64 `json:"p"`
	NS int64   `json:"ns"`
}

// Quantiles is a distribution as a table: P rises strictly from 0 to 1, NS does not fall and is positive. Between two
// rows the logarithm of the latency is linear in P, except beyond P = 0.9, where it is linear in the logarithm of 1-P:
// a tail by powers of ten, as waiting times have. The last row is the longest latency there is; the tail in front of it
// is linear in P. No row at all is no latency.
type Quantiles []Quantile

// longest bounds every latency.
const longest = time.Second

// tail is where the rows begin to lie by powers of ten.
const tail = 0.9

func validate(p Profile) error {
	return errors.Join(p.Arrival.validate("arrival"), p.Timer.validate("timer"))
}

func (q Quantiles) validate(name string) error {
	if len(q) == 0 {
		return nil
	}
	if len(q) < 2 || q[0].P != 0 || q[len(q)-1].P != 1 {
		return fmt.Errorf("wake: %s: want quantiles from p = 0 to p = 1", name)
	}
	var faults []error
	for i, r := range q {
		if i > 0 && !(r.P > q[i-1].P) {
			faults = append(faults, fmt.Errorf("wake: %s: quantile %d: p = %v after %v", name, i, r.P, q[i-1].P))
		}
		if r.NS <= 0 || r.NS > int64(longest) || i > 0 && r.NS < q[i-1].NS {
			faults = append(faults, fmt.Errorf("wake: %s: quantile %d: %d ns: want a positive number up to %d that does not fall",
				name, i, r.NS, longest))
		}
	}
	return errors.Join(faults...)
}

// At returns the latency that a share p of all is below; p is limited to 0 to 1.
func (q Quantiles) At(p float64) time.Duration {
	if len(q) == 0 {
		return 0
	}
	c := rowsOf(q)
	return c.at(min(max(p, 0), 1))
}

// Measured returns the distribution of measured latencies, of which it sorts the slice: the rows that the sample can
// tell, a nanosecond at least. The longest of n is what a share of 1/n reaches, and no more: one bad moment of the machine
// shall not fatten the whole tail.
func Measured(latencies []time.Duration) Quantiles {
	if len(latencies) == 0 {
		return nil
	}
	slices.Sort(latencies)
	var q Quantiles
	n := len(latencies)
	row := func(p float64, i int) { q = append(q, Quantile{P: p, NS: max(int64(latencies[i]), 1)}) }
	for _, p := range []float64{0, .01, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .98, .99, .995, .998, .999, .9995, .9998, .9999} {
		if p == 0 || (1-p)*float64(n) >= 5 { // five samples beyond it at least
			row(p, min(int(p*float64(n)), n-1))
		}
	}
	if n > 5 {
		row(1-1/float64(n), n-1)
	}
	row(1, n-1)
	return q
}

// curve is a table made ready for drawing.
type curve struct {
	edges []float64 // P of each row but the first
	rows  []row
	// body are the latencies at bodySize+1 even steps of p from 0 to the tail: nine draws of ten are read off there, on
	// the straight line between two, and need no exponential.
	body [bodySize + 1]float64
}

// bodySize makes the steps a thousandth of all draws wide.
const bodySize = 900

// row is the stretch up to an edge: exp(from + slope*x), where x is p or -log(1-p) from the row's beginning.
type row struct {
	begin, from, slope float64
	byPower            bool
}

// newCurve returns a curve ready for draw.
func newCurve(q Quantiles) *curve {
	c := rowsOf(q)
	for i := range c.body {
		c.body[i] = float64(c.at(tail * float64(i) / bodySize))
	}
	return c
}

// rowsOf returns a curve ready for at.
func rowsOf(q Quantiles) *curve {
	c := new(curve)
	for i := range q[1:] {
		a, b := q[i], q[i+1]
		r := row{begin: a.P, from: math.Log(float64(a.NS)), byPower: a.P >= tail && b.P < 1}
		width := b.P - a.P
		if r.byPower {
			r.begin = -math.Log1p(-a.P)
			width = -math.Log1p(-b.P) - r.begin
		}
		r.slope = (math.Log(float64(b.NS)) - r.from) / width
		c.edges, c.rows = append(c.edges, b.P), append(c.rows, r)
	}
	return c
}

// draw returns the latency at p, 0 to below 1, to a hundredth of it or better.
func (c *curve) draw(p float64) time.Duration {
	if p >= tail {
		return c.at(p)
	}
	x := p * (bodySize / tail)
	i := min(int(x), bodySize-1)
	low := c.body[i]
	return time.Duration(low + (c.body[i+1]-low)*(x-float64(i)) + .5)
}

// at returns the latency at p, 0 to 1.
func (c *curve) at(p float64) time.Duration {
	i := 0
	for i < len(c.edges)-1 && p >= c.edges[i] {
		i++
	}
	r := &c.rows[i]
	x := p
	if r.byPower {
		x = -math.Log1p(-p)
	}
	return time.Duration(math.Exp(r.from+r.slope*(x-r.begin)) + .5)
}
