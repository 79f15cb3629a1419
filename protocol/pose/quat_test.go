package pose

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const deg = math.Pi / 180

var approx = cmpopts.EquateApprox(0, 1e-12)

func drawVec(t *rapid.T, limit float64) Vec {
	c := rapid.Float64Range(-limit, limit)
	return Vec{c.Draw(t, "x"), c.Draw(t, "y"), c.Draw(t, "z")}
}

// drawQuat draws a rotation by less than a full turn around any axis.
func drawQuat(t *rapid.T) Quat { return FromScaledAxis(drawVec(t, 3.5)) }

func drawPose(t *rapid.T) Pose { return Pose{Position: drawVec(t, 10), Orientation: drawQuat(t)} }

func TestRotateFollowsTheRightHand(t *testing.T) {
	tests := []struct {
		name  string
		axis  Vec
		angle float64
		in    Vec
		want  Vec
	}{
		{"a head that yaws left looks to -X", Vec{0, 1, 0}, 90 * deg, Vec{0, 0, -1}, Vec{-1, 0, 0}},
		{"a head that pitches up looks to +Y", Vec{1, 0, 0}, 90 * deg, Vec{0, 0, -1}, Vec{0, 1, 0}},
		{"a head that rolls left has its right side up", Vec{0, 0, 1}, 90 * deg, Vec{1, 0, 0}, Vec{0, 1, 0}},
		{"an axis need not be of unit length", Vec{0, 7, 0}, 180 * deg, Vec{1, 2, 3}, Vec{-1, 2, -3}},
		{"around no axis nothing turns", Vec{}, 1, Vec{1, 2, 3}, Vec{1, 2, 3}},
		{"by no angle nothing turns", Vec{1, 1, 1}, 0, Vec{1, 2, 3}, Vec{1, 2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := FromAxisAngle(tt.axis, tt.angle).Rotate(tt.in)
			if diff := cmp.Diff(tt.want, got, approx); diff != "" {
				t.Errorf("Rotate(%v) mismatch (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestMulTurnsByTheRightOneFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, r, v := drawQuat(t), drawQuat(t), drawVec(t, 10)
		want := q.Rotate(r.Rotate(v))
		if diff := cmp.Diff(want, q.Mul(r).Rotate(v), approx); diff != "" {
			t.Errorf("(q r) v differs from q (r v) (-want +got):\n%s", diff)
		}
	})
}

func TestConjUndoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, v := drawQuat(t), drawVec(t, 10)
		if diff := cmp.Diff(v, q.Conj().Rotate(q.Rotate(v)), approx); diff != "" {
			t.Errorf("Conj does not undo the turn (-want +got):\n%s", diff)
		}
	})
}

func TestRotateKeepsLengthsAndAngles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, v, w := drawQuat(t), drawVec(t, 10), drawVec(t, 10)
		if got, want := q.Rotate(v).Dot(q.Rotate(w)), v.Dot(w); math.Abs(got-want) > 1e-10 {
			t.Errorf("product after the turn = %v, want %v", got, want)
		}
	})
}

func TestAxesAreARightHandedFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		right, up, back := drawQuat(t).Axes()
		if diff := cmp.Diff(back, right.Cross(up), approx); diff != "" {
			t.Errorf("right × up is not backward (-want +got):\n%s", diff)
		}
	})
}

func TestScaledAxisRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Lengths from 1e-12 to just below half a turn, where the shorter way round is the way given.
		dir := drawVec(t, 1)
		if dir.Norm() < 1e-3 {
			t.Skip("no direction")
		}
		length := math.Pow(10, rapid.Float64Range(-12, math.Log10(3.1)).Draw(t, "log length"))
		v := dir.Scale(length / dir.Norm())
		if got := FromScaledAxis(v).ScaledAxis(); got.Sub(v).Norm() > 1e-9*length {
			t.Errorf("ScaledAxis(FromScaledAxis(%v)) = %v", v, got)
		}
	})
}

func TestScaledAxisTakesTheShorterWay(t *testing.T) {
	got := FromAxisAngle(Vec{0, 1, 0}, 350*deg).ScaledAxis()
	if diff := cmp.Diff(Vec{0, -10 * deg, 0}, got, approx); diff != "" {
		t.Errorf("ScaledAxis mismatch (-want +got):\n%s", diff)
	}
}

func TestAngleIsExactForTinyTurns(t *testing.T) {
	q := FromAxisAngle(Vec{1, 2, 3}, 1.2)
	for _, want := range []float64{0, 1e-12, 1e-9, 1e-6, 1e-4, 0.1, 1, 3, math.Pi} {
		turned := FromAxisAngle(Vec{0, 1, 0}, want).Mul(q)
		if got := Angle(q, turned); math.Abs(got-want) > 1e-15+1e-4*want*1e-3 {
			t.Errorf("Angle after a turn by %g = %g", want, got)
		}
		negative := Quat{-turned[0], -turned[1], -turned[2], -turned[3]}
		if got, other := Angle(q, negative), Angle(q, turned); got != other {
			t.Errorf("Angle to -q = %g, to q = %g, want the same", got, other)
		}
	}
}

func TestAngleIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawQuat(t), drawQuat(t), drawQuat(t)
		if got, want := Angle(b, a), Angle(a, b); math.Abs(got-want) > 1e-12 {
			t.Errorf("Angle(b, a) = %v, Angle(a, b) = %v", got, want)
		}
		if direct, detour := Angle(a, c), Angle(a, b)+Angle(b, c); direct > detour+1e-12 {
			t.Errorf("Angle(a, c) = %v, longer than by b: %v", direct, detour)
		}
	})
}

func TestNormalise(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name     string
		in, want Quat
	}{
		{"scales to unit length", Quat{0, 3, 0, 4}, Quat{0, 0.6, 0, 0.8}},
		{"keeps a unit", Identity, Identity},
		{"zero has no direction", Quat{}, Identity},
		{"nor has what is not a number", Quat{0, nan, 0, 1}, Identity},
		{"nor has infinity", Quat{0, inf, 0, 1}, Identity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.in.Normalise(), approx); diff != "" {
				t.Errorf("Normalise(%v) mismatch (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestSlerpMovesAtConstantSpeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawQuat(t), drawQuat(t)
		f := rapid.Float64Range(0, 1).Draw(t, "t")
		whole := Angle(a, b)
		if whole > 3.13 {
			t.Skip("the shorter way is ambiguous")
		}
		got := Slerp(a, b, f)
		if d := Angle(a, got); math.Abs(d-f*whole) > 1e-9 {
			t.Errorf("Slerp(%v) has turned by %v of %v", f, d, whole)
		}
		if d := Angle(got, b); math.Abs(d-(1-f)*whole) > 1e-9 {
			t.Errorf("Slerp(%v) has %v of %v to go", f, d, whole)
		}
	})
}
