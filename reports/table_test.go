package reports

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"airbridge/streamer/statistics"
)

func TestBarsAreAsLongAsTheirShare(t *testing.T) {
	for _, c := range []struct {
		v, longest float64
		want       string
	}{
		{8, 8, strings.Repeat("█", barWidth)},
		{4, 8, strings.Repeat("█", barWidth/2)},
		{1, 8 * barWidth, "▏"},
		{7, 8 * barWidth, "▉"},
		{12, 8 * barWidth, "█▌"},
		{0.01, 8 * barWidth, ""},
		{0, 8, ""},
		{0, 0, ""},
		{-1, 8, ""},
		{math.NaN(), 8, ""},
	} {
		if got := bar(c.v, c.longest); got != c.want {
			t.Errorf("bar(%v, %v) = %q, want %q", c.v, c.longest, got, c.want)
		}
	}
}

func TestRatesHaveTwoDigitsOrAllBeforeThePoint(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.253: "0.25", 3.689: "3.7", 9.96: "10", 180: "180", 1577.6: "1578"} {
		if got := figure(v); got != want {
			t.Errorf("figure(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestTableNamesTheWorstStageAndWhatIsNotKnown(t *testing.T) {
	r := known()
	r.Latency.Stages[statistics.Decode].Mean = 90
	r.Latency.Stages[statistics.Encode].P50 = nil
	r.Latency.Stages[statistics.Uplink] = nil
	r.Latency.MotionToPhoton = nil
	r.Recovery.Freezes, r.Recovery.LongestFreezeMS = new(int64(2)), new(431.0)
	r.Frames.ShownLate = new(int64(3))
	var b bytes.Buffer
	if err := Table(&b, &r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"worst stage       decode: 90.00 ms", "freezes           2, longest 431 ms", "shown late        3",
		"motion-to-photon is not known",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, b.String())
		}
	}
	for _, row := range strings.Split(b.String(), "\n") {
		if strings.HasPrefix(row, "uplink") && strings.Count(row, "–") != 3 || strings.HasPrefix(row, "encode") && strings.Count(row, "–") != 1 {
			t.Errorf("row %q, want a dash for each unknown", row)
		}
	}
}

func TestStageColumnsAlign(t *testing.T) {
	r := known()
	var b bytes.Buffer
	if err := Table(&b, &r); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(b.String(), "\n")[3 : 3+statistics.StageCount]
	for i, row := range rows {
		if name := statistics.Stage(i).String(); !strings.HasPrefix(row, name+" ") || len(row) < 43 || !decimals(row[22:25]) || !decimals(row[31:34]) || !decimals(row[40:43]) {
			t.Errorf("row %q, want stage %s with columns that end at 25, 34 and 43", row, name)
		}
		if width := utf8.RuneCountInString(row); width > 80 {
			t.Errorf("row %q is %d cells wide", row, width)
		}
	}
}

// decimals says whether s is a point and two digits.
func decimals(s string) bool {
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	return s[0] == '.' && digit(s[1]) && digit(s[2])
}
