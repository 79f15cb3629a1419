package wire

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/units"
)

var reportSample = Report{
	Frame: 77, Outcome: Late, ShownLate: true, Repaired: 0xabcd, Sent: 123456, Received: -5,
	Recovered: 1, DecodeStart: 2, Decoded: 5 * time.Millisecond, Latched: 6 * time.Millisecond, Displayed: math.MaxUint32,
	Margin: -700 * time.Microsecond,
}

// feedbackTwin is a feedback of two reports, the first of which is spoilt.
var feedbackTwin = twin[Report]{
	parse: func(b []byte) (Report, error) {
		f, err := ParseFeedback(b)
		if err != nil {
			return Report{}, err
		}
		return f.At(0), nil
	},
	append: func(r Report, dst []byte) []byte { return AppendFeedback(dst, []Report{r, reportSample}) },
	size:   4 + 2*ReportSize,
}

func TestFeedback(t *testing.T) {
	feedbackTwin.roundTrips(t, reportSample,
		Report{Frame: 1, Outcome: Displayed, Margin: math.MaxInt32},
		Report{Frame: math.MaxUint32, Outcome: Lost, Margin: math.MinInt32},
		Report{Frame: 3, Outcome: Replaced},
	)
	feedbackTwin.refusesFields(t, reportSample,
		patch{"no reports", 0, []byte{0}, nil},
		patch{"too many reports", 0, []byte{MaxReports + 1}, nil},
		patch{"more reports than bytes", 0, []byte{3}, ErrTruncated},
		patch{"fewer reports than bytes", 0, []byte{1}, ErrTruncated},
		patch{"reserved byte", 2, []byte{1}, nil},
		patch{"no frame", 4, zero4, nil},
		patch{"no outcome", 8, []byte{0}, nil},
		patch{"outcome of the streamer", 8, []byte{byte(Skipped)}, nil},
		patch{"shown late but in time", 8, []byte{byte(Displayed)}, nil},
		patch{"unknown flag", 9, []byte{2}, nil},
		patch{"reserved word of a report", 19, []byte{1}, nil},
		patch{"decoded before it began", 36, zero4, nil},
		patch{"second report without a frame", 4 + ReportSize, zero4, nil},
	)
}

func TestFeedbackRefusesLengths(t *testing.T) {
	b := AppendFeedback(nil, []Report{reportSample, reportSample})
	for n := range b {
		if _, err := ParseFeedback(b[:n:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("ParseFeedback of %d of %d bytes = %v, want ErrTruncated", n, len(b), err)
		}
	}
}

func TestFeedbackHoldsUpToMaxReports(t *testing.T) {
	want := make([]Report, MaxReports)
	for i := range want {
		want[i] = reportSample
		want[i].Frame += units.FrameID(i)
	}
	f, err := ParseFeedback(AppendFeedback(nil, want))
	if err != nil {
		t.Fatal(err)
	}
	var got []Report
	for i := range f.Len() {
		got = append(got, f.At(i))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports differ (-want +got):\n%s", diff)
	}
	for _, n := range []int{0, MaxReports + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("AppendFeedback of %d reports does not panic", n)
				}
			}()
			AppendFeedback(nil, make([]Report, n))
		}()
	}
}

func TestReportClampsTimes(t *testing.T) {
	got, err := parseReport(Report{
		Frame: 1, Outcome: Late, Recovered: -time.Second, Displayed: time.Hour, Margin: -time.Hour,
	}.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Frame: 1, Outcome: Late, Displayed: math.MaxUint32, Margin: math.MinInt32}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clamped report differs (-want +got):\n%s", diff)
	}
}

func TestOutcomesHaveNames(t *testing.T) {
	for o, want := range map[Outcome]string{0: "unknown", Displayed: "displayed", Skipped: "skipped", outcomeEnd: "outcome 6"} {
		if got := o.String(); got != want {
			t.Errorf("outcome %d is named %q, want %q", uint8(o), got, want)
		}
	}
}
