package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// notKnown is what stands for null; dash does in tables, whose caption explains it.
const (
	notKnown = "not known"
	dash     = "–"
)

// number is a value that may be not known: NaN. In JSON it is null then.
type number float64

var unknown = number(math.NaN())

func (n number) known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON writes at most five significant digits, so that pages are small.
func (n number) MarshalJSON() ([]byte, error) {
	if !n.known() {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, n.rounded(), 'f', -1, 64), nil
}

func (n number) rounded() float64 {
	v := float64(n)
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(v))))
	if math.IsInf(scale, 0) || scale == 0 {
		return v
	}
	return math.Round(v*scale) / scale
}

// String writes about three significant digits, as a reader takes in.
func (n number) String() string {
	if !n.known() {
		return dash
	}
	v := math.Abs(float64(n))
	switch {
	case v == 0 || v >= 100 || v == math.Trunc(v):
		return grouped(strconv.FormatFloat(math.Round(float64(n)), 'f', 0, 64))
	case v >= 10:
		return strconv.FormatFloat(float64(n), 'f', 1, 64)
	case v >= 0.1:
		return strconv.FormatFloat(float64(n), 'f', 2, 64)
	}
	return strconv.FormatFloat(float64(n), 'g', 2, 64)
}

// grouped sets off thousands of an integer by narrow spaces.
func grouped(s string) string {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) <= 4 {
		return strings.Replace(s, "-0", "0", 1)
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(c)
	}
	if digits != s {
		return "-" + b.String()
	}
	return b.String()
}

// of returns the value of a pointer, unknown of nil.
func of[T ~int64 | ~float64](p *T) number {
	if p == nil {
		return unknown
	}
	return number(*p)
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(fmt.Sprint(n)) + " " + what + "s"
}
