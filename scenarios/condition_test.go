package scenarios_test

import (
	"math"
	"testing"

	"airbridge/scenarios"

	"github.com/google/go-cmp/cmp"
)

func TestParseCondition(t *testing.T) {
	tests := []struct {
		text        string
		want        scenarios.Condition
		holds, fail float64
	}{
		{"0", scenarios.Condition{}, 0, 1},
		{"== 12", scenarios.Condition{Op: scenarios.Equal, Limit: 12}, 12, 12.1},
		{"!=3", scenarios.Condition{Op: scenarios.Unequal, Limit: 3}, 2, 3},
		{"< 60", scenarios.Condition{Op: scenarios.Less, Limit: 60}, 59.99, 60},
		{" <= 10 ", scenarios.Condition{Op: scenarios.AtMost, Limit: 10}, 10, 10.01},
		{"> -1.5", scenarios.Condition{Op: scenarios.More, Limit: -1.5}, -1.4, -1.5},
		{">=1", scenarios.Condition{Op: scenarios.AtLeast, Limit: 1}, 1, 0.99},
		{"5..10", scenarios.Condition{Op: scenarios.Between, Limit: 5, High: 10}, 10, 10.1},
		{"-2 .. 0.5", scenarios.Condition{Op: scenarios.Between, Limit: -2, High: 0.5}, -2, -2.1},
	}
	for _, tt := range tests {
		got, err := scenarios.ParseCondition(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
		if !got.Holds(tt.holds) || got.Holds(tt.fail) || got.Holds(math.NaN()) && got.Op != scenarios.Unequal {
			t.Errorf("%q: holds for %g: %v, for %g: %v", tt.text, tt.holds, got.Holds(tt.holds), tt.fail, got.Holds(tt.fail))
		}
		if again, err := scenarios.ParseCondition(got.String()); err != nil || again != got {
			t.Errorf("%q: written as %q, read as %+v, %v", tt.text, got, again, err)
		}
	}
}

func TestParseConditionRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "<", "<=", "ten", "< 60ms", "10..5", "..", "1..", "1e3", "0x10", "NaN", "inf", "< 1 2", "=> 3", "1,000", "--1",
		"1..2..3", "5 %",
	} {
		if c, err := scenarios.ParseCondition(text); err == nil {
			t.Errorf("%q was read as %v", text, c)
		}
	}
}

func FuzzParseExpectation(f *testing.F) {
	for _, text := range []string{"freezes == 0", "lost from 5s <= 3", "displayed_percent from 5s to 1m0s 95..100", "late to 3s > 1", "x from from", "freezes  0", "<"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := scenarios.ParseExpectation(text)
		if err != nil {
			return
		}
		again, err := scenarios.ParseExpectation(e.String())
		if err != nil || again != e {
			t.Errorf("%q is %+v, written as %q, read as %+v, %v", text, e, e, again, err)
		}
	})
}
