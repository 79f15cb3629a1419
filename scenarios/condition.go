package scenarios

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Condition is what a number must be. The zero value is "== 0".
type Condition struct {
	// Op compares.
	Op Op
	// Limit is what with; of Between it is the least, and High the most.
	Limit, High float64
}

// Op is a comparison.
type Op uint8

// The comparisons, as they are written: "== 5" or "5", "!= 5", "< 5", "<= 5", "> 5", ">= 5", "5..10".
const (
	Equal Op = iota
	Unequal
	Less
	AtMost
	More
	AtLeast
	Between
)

var signs = [...]string{Equal: "==", Unequal: "!=", Less: "<", AtMost: "<=", More: ">", AtLeast: ">="}

// wanted says how a condition is written.
const wanted = `a condition such as "<= 10", "< 60", ">= 1", "0" or "5..10"`

// ParseCondition reads a condition.
func ParseCondition(text string) (Condition, error) {
	c, rest := Condition{}, strings.TrimSpace(text)
	for _, op := range []Op{AtMost, AtLeast, Equal, Unequal, Less, More} { // the longer signs first
		if after, ok := strings.CutPrefix(rest, signs[op]); ok {
			c.Op = op
			return c, c.limits(text, after, after)
		}
	}
	if low, high, ok := strings.Cut(rest, ".."); ok {
		c.Op = Between
		if err := c.limits(text, low, high); err != nil {
			return Condition{}, err
		}
		if c.High < c.Limit {
			return Condition{}, fmt.Errorf("%q: nothing is from %g to %g", text, c.Limit, c.High)
		}
		return c, nil
	}
	return c, c.limits(text, rest, rest)
}

// limits reads the numbers of a condition.
func (c *Condition) limits(text, low, high string) (err error) {
	if c.Limit, err = number(low); err == nil {
		c.High, err = number(high)
	}
	if err != nil {
		*c = Condition{}
		return fmt.Errorf("%q: want %s", text, wanted)
	}
	if c.Op != Between {
		c.High = 0
	}
	return nil
}

// number reads a plain decimal number.
func number(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789.-") != "" {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && math.IsInf(v, 0) {
		err = strconv.ErrRange
	}
	return v, err
}

// String writes the condition as ParseCondition reads it.
func (c Condition) String() string {
	if c.Op == Between {
		return plain(c.Limit) + ".." + plain(c.High)
	}
	return signs[c.Op] + " " + plain(c.Limit)
}

// plain writes a number without exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Holds says whether v is what the condition wants.
func (c Condition) Holds(v float64) bool {
	switch c.Op {
	case Equal:
		return v == c.Limit
	case Unequal:
		return v != c.Limit
	case Less:
		return v < c.Limit
	case AtMost:
		return v <= c.Limit
	case More:
		return v > c.Limit
	case AtLeast:
		return v >= c.Limit
	case Between:
		return v >= c.Limit && v <= c.High
	}
	return false
}

// decides says whether all, none or some of the numbers from low to high are what the condition wants.
func (c Condition) decides(low, high float64) Verdict {
	switch {
	case low == high || c.Op == Less || c.Op == AtMost || c.Op == More || c.Op == AtLeast:
		switch a, b := c.Holds(low), c.Holds(high); {
		case a && b:
			return Passed
		case !a && !b:
			return Failed
		}
		return Undecided
	case c.Op == Between && c.Holds(low) && c.Holds(high):
		return Passed
	case c.Op == Between && (high < c.Limit || low > c.High), c.Op == Equal && (c.Limit < low || c.Limit > high):
		return Failed
	case c.Op == Unequal && (c.Limit < low || c.Limit > high):
		return Passed
	}
	return Undecided
}
