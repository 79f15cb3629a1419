package encoder

import (
	"bytes"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/printer"
	"go/token"
	"math"
	"strings"
	"testing"
)

// rateLoop is the source of the loop that Tuning models.
const rateLoop = "../../internal/av/rate_loop.go"

// parsed returns the constants of the loop by name, and its functions as text.
func parsed(t *testing.T) (constants map[string]float64, functions map[string]string) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, rateLoop, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants, functions = map[string]float64{}, map[string]string{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			var text bytes.Buffer
			if err := printer.Fprint(&text, fset, d.Body); err != nil {
				t.Fatal(err)
			}
			functions[d.Name.Name] = strings.Join(strings.Fields(text.String()), " ")
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok || d.Tok != token.CONST {
					continue
				}
				for i, name := range v.Names {
					if literal, ok := v.Values[i].(*ast.BasicLit); ok {
						constants[name.Name], _ = constant.Float64Val(constant.MakeFromLiteral(literal.Value, literal.Kind, 0))
					}
				}
			}
		}
	}
	return constants, functions
}

// The model learns as package av does. Whoever changes av's loop must fit this model again, and finds out here.
func TestTheLoopIsThatOfPackageAV(t *testing.T) {
	constants, functions := parsed(t)
	for name, want := range map[string]float64{
		"rateBlock": tuneBlock, "rateDeadband": tuneDeadband, "rateStep": tuneStep, "qpFloor": tuneEasy - 1,
	} {
		if got, ok := constants[name]; !ok || got != want {
			t.Errorf("%s is %v in package av (there: %t), and %v here", name, got, ok, want)
		}
	}
	for function, parts := range map[string][]string{
		"newRateLoop": {"gain = 1 / max(0.4, 0.95-0.05*float64(c.Slices))", "lowest: 0.8 * min(gain, 1.2), highest: 2 * gain"},
		"sent": {
			"if idr || r.afterIDR { r.afterIDR = idr return false }", "r.frames < rateBlock",
			"easy := r.qp > 0 && r.qp/rateBlock < qpFloor+1",
		},
		"correct": {
			"math.Abs(missing-1) < rateDeadband || missing > 1 && easy", "step := math.Sqrt(min(max(missing, 1/rateStep), rateStep))",
			"r.gain = min(max(r.gain*step, r.lowest), r.highest)",
		},
		"restart": {"r.frames, r.bytes, r.qp = 0, 0, 0"},
	} {
		for _, part := range parts {
			if !strings.Contains(functions[function], part) {
				t.Errorf("%s of package av has no longer %q: %s", function, part, functions[function])
			}
		}
	}
	gain := 1 / max(0.4, 0.95-0.05*4) // of the fit's four slices
	if low, high := 0.8*min(gain, 1.2)/gain, 2.0; math.Abs(low-leastFactor) > 1e-12 || high != mostFactor {
		t.Errorf("the gain of four slices lies between %v and %v of where it began, here %v and %v", low, high, leastFactor, float64(mostFactor))
	}
}

// block tells a tuning of a whole block of frames of one size.
func block(t *Tuning, size, qp float64) float64 {
	for range tuneBlock {
		t.Sent(size, qp, false)
	}
	return t.Factor()
}

func TestABlockCorrectsByTheRootOfWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name     string
		size, qp float64
		want     float64
	}{
		{"on target", 1, 25, 1},
		{"within the deadband above", 1.019, 25, 1},
		{"within the deadband below", 0.985, 25, 1},
		{"a tenth too small", 0.9, 25, math.Sqrt(1 / 0.9)},
		{"a tenth too large", 1.1, 25, math.Sqrt(1 / 1.1)},
		{"much too small", 0.2, 25, math.Sqrt(tuneStep)},
		{"much too large", 9, 25, math.Sqrt(1 / tuneStep)},
		{"too small, and too easy to be larger", 0.5, 10.9, 1},
		{"too small at the least quantiser that counts", 0.9, 11, math.Sqrt(1 / 0.9)},
		{"too large, however easy", 1.1, 5, math.Sqrt(1 / 1.1)},
		{"the quantiser is not known", 0.9, 0, math.Sqrt(1 / 0.9)},
	} {
		loop := NewTuning()
		if got := block(&loop, c.size, c.qp); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: factor %v, want %v", c.name, got, c.want)
		}
	}
}

func TestALoopSettlesAndStaysWithinItsBounds(t *testing.T) {
	for _, plant := range []float64{0.8, 0.95, 1, 1.05, 1.3} { // output by what is asked for
		loop := NewTuning()
		for range 40 {
			block(&loop, plant*loop.Factor(), 25)
		}
		if out := plant * loop.Factor(); math.Abs(out-1) > tuneDeadband {
			t.Errorf("an encoder that makes %v of what it is asked for settles at %v of its target", plant, out)
		}
	}
	low, high := NewTuning(), NewTuning()
	for range 100 {
		block(&low, 50, 25)
		block(&high, 0.01, 25)
	}
	if low.Factor() != leastFactor || high.Factor() != mostFactor {
		t.Errorf("factors end at %v and %v, want the bounds %v and %v", low.Factor(), high.Factor(), leastFactor, float64(mostFactor))
	}
}

func TestIDRsAndWhatPaysForThemAreNotLearntFrom(t *testing.T) {
	loop := NewTuning()
	for range 3 * tuneBlock {
		loop.Sent(5, 25, true)
	}
	loop.Sent(0.1, 25, false) // pays for the last
	if got := block(&loop, 1, 25); got != 1 {
		t.Errorf("factor %v after IDR pictures, want 1", got)
	}
}

func TestAChangeOfTheRateForgetsTheBlock(t *testing.T) {
	loop := NewTuning()
	for range tuneBlock - 1 {
		loop.Sent(3, 25, false)
	}
	loop.Restart()
	if got := block(&loop, 1, 25); got != 1 {
		t.Errorf("factor %v, want nothing learnt of the old rate", got)
	}
	loop.Sent(3, 25, false)
	if loop.Factor() != 1 {
		t.Errorf("one frame changes the factor to %v", loop.Factor())
	}
}
