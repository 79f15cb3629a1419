package encoder

import (
	_ "embed" // the fit
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Model is the numbers behind a Process. The zero value is no model; Fitted is one.
type Model struct {
	// Fitted says from what the numbers were made.
	Fitted string `json:"fitted"`
	// Steady is an encoder that nothing disturbs, by rising bits a pixel; between two the values are interpolated on a
	// logarithmic scale, beyond the ends they hold.
	Steady []Steady `json:"steady"`
	// Persist is the correlation from frame to frame of the part of the size that wanders.
	Persist float64 `json:"persist"`
	// Deviation turns a normal variable into the standardised deviation of a size from its mean.
	Deviation Shape `json:"deviation"`
	// Start is the response to being opened, first frame first.
	Start Response `json:"start"`
	// IDR is the response to an IDR picture, that first: its mean is a multiple of Steady.IDR.
	IDR Response `json:"idr"`
	// Steps are the responses to changes of the rate, by rising ratio, one at least below 1 and one above. Between two
	// of one side, and between 1 and the nearest, they are interpolated on a logarithmic scale.
	Steps []Step `json:"steps"`
	// Restless multiplies the response to a change that came before the last one's was over.
	Restless float64 `json:"restless"`
	// Slices is how slices share a frame.
	Slices Shares `json:"slices"`
	// Time is how long encoding takes.
	Time Time `json:"time"`
}

// Steady is how sizes are at one rate. Sizes are multiples of what the rate leaves for a frame.
type Steady struct {
	// BitsPerPixel is the rate per frame and pixel, above 0.
	BitsPerPixel float64 `json:"bitsPerPixel"`
	// Mean and Spread are the mean and the standard deviation of sizes before Tuning: what it asks for multiplies both.
	Mean   float64 `json:"mean"`
	Spread float64 `json:"spread"`
	// Wander is the share of the variance that wanders, 0–1; the rest is new with every frame.
	Wander float64 `json:"wander"`
	// IDR is the mean IDR picture as a multiple of Mean.
	IDR float64 `json:"idr"`
	// QP is the mean quantiser.
	QP float64 `json:"qp"`
}

// Response is what a disturbance does to the frames from its own on.
type Response []Reply

// Reply is what a disturbance does to one frame: both are multiples of the steady value.
type Reply struct {
	Mean   float64 `json:"mean"`
	Spread float64 `json:"spread"`
}

// Step is the response to a change of the rate.
type Step struct {
	// Ratio is the new rate by the old.
	Ratio    float64  `json:"ratio"`
	Response Response `json:"response"`
}

// Shares is how slices share a frame.
type Shares struct {
	// Mean are the shares of the fitted number of slices, top to bottom; any other number shares evenly.
	Mean []float64 `json:"mean"`
	// Spread is the standard deviation of a share by its mean, Persist its correlation from frame to frame.
	Spread  float64 `json:"spread"`
	Persist float64 `json:"persist"`
}

// Time is how long encoding takes.
type Time struct {
	// PerPixel and PerByte are nanoseconds, at the median.
	PerPixel float64 `json:"perPixelNS"`
	PerByte  float64 `json:"perByteNS"`
	// IDR is the time of an IDR picture by that of any other with as many bytes.
	IDR float64 `json:"idr"`
	// Multiplier turns a normal variable into the multiple of the median, Persist is the correlation of that variable
	// from frame to frame.
	Multiplier Shape   `json:"multiplier"`
	Persist    float64 `json:"persist"`
}

// Shape turns a standard normal variable into one of another distribution: its values at ShapePoints points from
// -ShapeEnd to ShapeEnd, never falling.
type Shape [ShapePoints]float64

// The points of a Shape.
const (
	ShapeEnd    = 3.5
	ShapePoints = 29
)

// ShapePoint returns the i-th point of a Shape.
func ShapePoint(i int) float64 { return ShapeEnd * (2*float64(i)/(ShapePoints-1) - 1) }

// at returns the value at z; beyond the ends they hold.
func (s *Shape) at(z float64) float64 {
	x := (z/ShapeEnd + 1) * (ShapePoints - 1) / 2
	switch {
	case !(x > 0):
		return s[0]
	case x >= ShapePoints-1:
		return s[ShapePoints-1]
	}
	i := int(x)
	return s[i] + (s[i+1]-s[i])*(x-float64(i))
}

//go:embed fit.json
var fitted []byte

// Fitted returns the model of libx264 as the streamer runs it; see the package. The caller may change it.
func Fitted() Model {
	var m Model
	err := json.Unmarshal(fitted, &m)
	if err == nil {
		err = m.Validate()
	}
	if err != nil {
		panic(fmt.Sprintf("encoder: fit.json: %v", err)) // checked in, and tested
	}
	return m
}

// Validate returns all faults of the model at once.
func (m *Model) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(len(m.Steady) == 0, "no steady rates")
	last := 0.0
	for i, s := range m.Steady {
		fault(!(s.BitsPerPixel > last) || !finite(s.BitsPerPixel), "steady %d: %g bits a pixel: want more than %g", i, s.BitsPerPixel, last)
		fault(!(s.Mean > 0) || !finite(s.Mean), "steady %d: mean %g: want it positive", i, s.Mean)
		fault(!within(s.Spread, 0, 10) || !within(s.Wander, 0, 1), "steady %d: spread %g, wander %g: want 0 to 10 and 0 to 1", i, s.Spread, s.Wander)
		fault(!within(s.IDR, 1e-3, 100), "steady %d: IDR pictures %g: want 0.001 to 100", i, s.IDR)
		last = s.BitsPerPixel
	}
	fault(!correlation(m.Persist) || !correlation(m.Slices.Persist) || !correlation(m.Time.Persist),
		"correlations %g, %g, %g: want 0 to below 1", m.Persist, m.Slices.Persist, m.Time.Persist)
	fault(!m.Deviation.rises() || !m.Time.Multiplier.rises(), "a shape falls or is not finite")
	fault(m.Time.Multiplier[0] <= 0, "time multiplier %g: want it positive", m.Time.Multiplier[0])
	fault(!(m.Time.PerPixel >= 0) || !(m.Time.PerByte >= 0) || !(m.Time.IDR > 0), "a time is negative")
	faults = append(faults, m.faultsOfResponses()...)
	fault(!within(m.Restless, 0.1, 10), "restless %g: want 0.1 to 10", m.Restless)
	fault(!within(m.Slices.Spread, 0, 1), "spread of slices %g: want 0 to 1", m.Slices.Spread)
	for i, v := range m.Slices.Mean {
		fault(!within(v, 1e-6, 1), "share of slice %d is %g: want 0 to 1", i, v)
	}
	return errors.Join(faults...)
}

func (m *Model) faultsOfResponses() (faults []error) {
	check := func(name string, r Response) {
		for i, p := range r {
			if !within(p.Mean, 0, 100) || !within(p.Spread, 0, 100) {
				faults = append(faults, fmt.Errorf("%s: frame %d: mean %g, spread %g: want 0 to 100", name, i, p.Mean, p.Spread))
			}
		}
	}
	check("start", m.Start)
	check("idr", m.IDR)
	last := 0.0
	for i, s := range m.Steps {
		if !(s.Ratio > last) || s.Ratio == 1 || !finite(s.Ratio) {
			faults = append(faults, fmt.Errorf("step %d: ratio %g: want more than %g, and not 1", i, s.Ratio, last))
		}
		if len(s.Response) != len(m.Steps[0].Response) {
			faults = append(faults, fmt.Errorf("step %d: %d frames, the first has %d", i, len(s.Response), len(m.Steps[0].Response)))
		}
		check(fmt.Sprintf("step %d", i), s.Response)
		last = s.Ratio
	}
	return faults
}

func (s *Shape) rises() bool {
	for i, v := range s {
		if !finite(v) || i > 0 && v < s[i-1] {
			return false
		}
	}
	return true
}

func correlation(v float64) bool    { return within(v, 0, 1) && v < 1 }
func finite(v float64) bool         { return !math.IsNaN(v) && !math.IsInf(v, 0) }
func within(v, lo, hi float64) bool { return v >= lo && v <= hi }
