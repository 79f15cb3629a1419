package reports

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"airbridge/internal/stream"
)

// poisson draws a count of events that do not know of each other.
func poisson(r *rand.Rand, mean float64) (n int64) {
	for sum := r.ExpFloat64(); sum < mean; sum += r.ExpFloat64() {
		n++
	}
	return n
}

// The interval of a rate must hold the truth in 95 of 100 runs, however rare the events and long the run.
func TestPerHourCoversTheTruth(t *testing.T) {
	r := stream.New(1, "garwood")
	const trials = 3000
	for _, c := range []struct{ rate, hours float64 }{{0.5, 1}, {3, 1}, {3, 1. / 60}, {12, 0.5}, {200, 1}} {
		covered := 0
		for range trials {
			if got := PerHour(poisson(r, c.rate*c.hours), c.hours); got.Low <= c.rate && c.rate <= got.High {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.95-5*math.Sqrt(0.05*0.95/trials) {
			t.Errorf("%v an hour over %v h: %.4f of the intervals hold it, want 0.95", c.rate, c.hours, share)
		}
	}
}

// What the doc says of bursts: five misses at a time make the interval too narrow.
func TestPerHourIsTooNarrowForBursts(t *testing.T) {
	r := stream.New(2, "bursts")
	const trials, rate = 500, 50
	covered := 0
	for range trials {
		if got := PerHour(5*poisson(r, rate/5), 1); got.Low <= rate && rate <= got.High {
			covered++
		}
	}
	if share := float64(covered) / trials; share > 0.85 {
		t.Errorf("%.3f of the intervals hold the rate of bursts: the warning is idle", share)
	}
}

func TestPerHourIsOrdered(t *testing.T) {
	last := Rate{Low: -1, High: -1, Value: -1}
	for n := range int64(300) {
		got := PerHour(n, 2)
		if !(got.Low <= got.Value && got.Value <= got.High) || got.Value <= last.Value || got.High <= last.High || got.Low < last.Low {
			t.Fatalf("PerHour(%d, 2) = %+v after %+v", n, got, last)
		}
		last = got
	}
	for _, c := range []struct {
		n     int64
		hours float64
	}{{-1, 1}, {1, -1}, {1, math.NaN()}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("PerHour(%d, %v) does not panic", c.n, c.hours)
				}
			}()
			PerHour(c.n, c.hours)
		}()
	}
}

// table is what the terminal shows of a run of so many frames.
func table(t *testing.T, frames int64) string {
	t.Helper()
	r := known()
	r.Frames.Displayed, r.Frames.ShownLate = &frames, nil
	var b bytes.Buffer
	if err := Table(&b, &r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// No p99 of fewer than a thousand frames, and no p99.9 of fewer than ten thousand: the median is told all the same.
func TestTheTableTellsNoQuantileOfTooFewFrames(t *testing.T) {
	for frames, want := range map[int64][2]bool{0: {false, false}, 999: {false, false}, 1000: {true, false}, 9999: {true, false}, 10_000: {true, true}} {
		text := table(t, frames)
		for _, line := range strings.Split(text, "\n") {
			cells := strings.Fields(line)
			switch {
			case strings.HasPrefix(line, "motion-to-photon"):
				if (cells[3] != "–") != want[0] || (cells[5] != "–,") != want[1] || cells[2] == "–" {
					t.Errorf("%d frames: %q", frames, line)
				}
			case strings.HasPrefix(line, "encode"):
				if (cells[3] != "–") != want[0] || cells[2] == "–" {
					t.Errorf("%d frames: %q", frames, line)
				}
			case strings.HasPrefix(line, "overhead"), strings.HasPrefix(line, "pose error"):
				if strings.Contains(line, "p99 –") == want[0] {
					t.Errorf("%d frames: %q", frames, line)
				}
			case strings.HasPrefix(line, "margin"):
				if strings.Contains(line, "p1 –") == want[0] {
					t.Errorf("%d frames: %q", frames, line)
				}
			}
		}
	}
}

func TestFramesShownLateCountAsTimed(t *testing.T) {
	r := known()
	r.Frames.Displayed, r.Frames.ShownLate = new(int64(990)), new(int64(10))
	if got := r.tail(12.345, FramesForP99); got != "12.35" && got != "12.34" {
		t.Errorf("990 in their slot and 10 later: %q", got)
	}
	if got := (&Record{}).tail(1, FramesForP99); got != "–" {
		t.Errorf("of a run that knows nothing: %q", got)
	}
}

// However runs are written, a fault is told with the line on which its run begins.
func TestLinesOfARunFileAreCountedWhateverTheirLength(t *testing.T) {
	good := lines(t, []Run{withSeries("a", 1)})
	var indented bytes.Buffer
	r := known()
	if err := r.Write(&indented, "\t"); err != nil {
		t.Fatal(err)
	}
	n := strings.Count(indented.String(), "\n")
	text := good + indented.String() + "\n\r\n \t" + good + `{"scenario":"x"}`
	_, err := ReadRuns("runs.jsonl", strings.NewReader(text))
	if want := fmt.Sprintf("runs.jsonl:%d: ", 1+n+3+1); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want it at %s", err, want)
	}
	fault := errors.New("the disk is gone")
	if _, err := ReadRuns("runs.jsonl", &failing{text: good, err: fault}); !errors.Is(err, fault) {
		t.Errorf("a reader that fails: %v", err)
	}
}

// failing reads a text and fails then.
type failing struct {
	text string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	n := copy(p, f.text)
	f.text = f.text[n:]
	if n == 0 {
		return 0, f.err
	}
	return n, nil
}
