package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixed returns a check that always finds the same.
func fixed(found ...Finding) Check { return func(context.Context) []Finding { return found } }

var (
	goFine     = Finding{Area: "Go", State: OK, Detail: "go1.26"}
	noHardware = Finding{Area: "hardware encoding", State: Warn, Detail: "none", Remedy: "buy one\nor borrow one"}
	noFFmpeg   = Finding{Area: "FFmpeg", State: Missing, Detail: "not built in", Remedy: "make build"}
	noDisplay  = Finding{Area: "X11 display", State: Absent, Detail: "DISPLAY is not set"}
)

func TestRunWritesATableWithTheVerdictLast(t *testing.T) {
	const want = `Go                 ok       go1.26
hardware encoding  warn     none
                            remedy: buy one
                                    or borrow one
FFmpeg             missing  not built in
                            remedy: make build

Airbridge cannot stream on this machine yet: FFmpeg.
`
	var got strings.Builder
	ok := Run(t.Context(), &got, Config{Checks: []Check{fixed(goFine, noHardware), fixed(noFFmpeg)}})
	if ok {
		t.Error("Run = true with FFmpeg missing")
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name   string
		found  []Finding
		ok     bool
		want   string
		absent string
	}{
		{"all fine", []Finding{goFine}, true, "Nothing to mend.", "better"},
		{"absent is fine", []Finding{goFine, noDisplay}, true, "Nothing to mend.", "X11"},
		{"a warning", []Finding{goFine, noHardware}, true, "It would do better with: hardware encoding.", "cannot"},
		{"missing wins", []Finding{noHardware, noFFmpeg}, false, "cannot stream on this machine yet: FFmpeg.", "hardware"},
		{"two missing", []Finding{noFFmpeg, {Area: "UDP sockets", State: Missing}}, false, "yet: FFmpeg, UDP sockets.", "better"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			if ok := Run(t.Context(), &out, Config{Checks: []Check{fixed(c.found...)}}); ok != c.ok {
				t.Errorf("Run = %v, want %v", ok, c.ok)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			last := lines[len(lines)-1]
			if !strings.Contains(last, c.want) || strings.Contains(last, c.absent) {
				t.Errorf("last line %q: want %q and not %q", last, c.want, c.absent)
			}
		})
	}
}

func TestRunWritesJSON(t *testing.T) {
	var out strings.Builder
	if ok := Run(t.Context(), &out, Config{JSON: true, Checks: []Check{fixed(goFine, noFFmpeg)}}); ok {
		t.Error("Run = true with FFmpeg missing")
	}
	type finding struct{ Area, State, Detail, Remedy string }
	var got struct {
		OK       bool
		Verdict  string
		Findings []finding
	}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	want := []finding{{"Go", "ok", "go1.26", ""}, {"FFmpeg", "missing", "not built in", "make build"}}
	if diff := cmp.Diff(want, got.Findings); diff != "" || got.OK || !strings.Contains(got.Verdict, "FFmpeg") {
		t.Errorf("ok %v, verdict %q, findings (-want +got):\n%s", got.OK, got.Verdict, diff)
	}
	if n := strings.Count(out.String(), "remedy"); n != 1 {
		t.Errorf("%d remedies written, want the one there is", n)
	}
}

// A run that was cut short must not claim that all is well.
func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	second := func(context.Context) []Finding {
		t.Error("a check was made after the end")
		return nil
	}
	first := func(context.Context) []Finding {
		cancel()
		return []Finding{goFine}
	}
	var out strings.Builder
	if Run(ctx, &out, Config{Checks: []Check{first, second}}) {
		t.Error("Run = true although interrupted")
	}
	if !strings.Contains(out.String(), "interrupted") {
		t.Errorf("nothing says that the run was interrupted:\n%s", out.String())
	}
}

// The machine that runs the tests is some machine: whatever it has, every finding must say something, and whatever is
// wrong must come with a remedy.
func TestChecksOfThisMachine(t *testing.T) {
	for _, check := range Checks() {
		for _, f := range check(t.Context()) {
			if f.Area == "" || f.Detail == "" || f.State < OK || f.State >= stateEnd {
				t.Errorf("incomplete finding %+v", f)
			}
			if strings.Contains(f.Detail, "\n") {
				t.Errorf("detail of %s has several lines: %q", f.Area, f.Detail)
			}
			if f.State == Missing && f.Remedy == "" {
				t.Errorf("no remedy for %+v", f)
			}
		}
	}
}

func TestStateText(t *testing.T) {
	for s, want := range map[State]string{OK: "ok", Absent: "absent", Warn: "warn", Missing: "missing", 0: "unknown", 9: "state 9"} {
		if got := s.String(); got != want {
			t.Errorf("State(%d) = %q, want %q", uint8(s), got, want)
		}
	}
}

// judged makes a check out of its probe's answer and returns the finding about area.
func judged(t *testing.T, check Check, area string) Finding {
	t.Helper()
	found := check(t.Context())
	for _, f := range found {
		if f.Area == area {
			return f
		}
	}
	t.Fatalf("no finding about %s in %+v", area, found)
	return Finding{}
}

// expect compares a finding's state and looks for words in its detail and remedy.
func expect(t *testing.T, got Finding, state State, words ...string) {
	t.Helper()
	if got.State != state {
		t.Errorf("%s: state %v, want %v (%s)", got.Area, got.State, state, got.Detail)
	}
	for _, w := range words {
		if !strings.Contains(got.Detail+"\n"+got.Remedy, w) {
			t.Errorf("%s: %q is in neither detail %q nor remedy %q", got.Area, w, got.Detail, got.Remedy)
		}
	}
	if (state == OK) != (got.Remedy == "") && state != Absent {
		t.Errorf("%s: state %v with remedy %q", got.Area, state, got.Remedy)
	}
}

var errAny = errors.New("no such device")
