package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// report is everything Run says.
type report struct {
	OK       bool      `json:"ok"`
	Verdict  string    `json:"verdict"`
	Findings []Finding `json:"findings"`
}

// stateWidth is that of the longest state.
const stateWidth = len("missing")

// writeText writes a table, each remedy beneath its finding, and the verdict as the last line. What w refuses is lost:
// a doctor whose terminal is gone has nobody to tell.
func (r report) writeText(w io.Writer) {
	areaWidth := 0
	for _, f := range r.Findings {
		areaWidth = max(areaWidth, len(f.Area))
	}
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-*s  %-*s  %s\n", areaWidth, f.Area, stateWidth, f.State, f.Detail)
		if f.Remedy == "" {
			continue
		}
		label := "remedy: "
		for line := range strings.SplitSeq(f.Remedy, "\n") {
			fmt.Fprintf(&b, "%*s%s%s\n", areaWidth+stateWidth+4, "", label, line)
			label = "        "
		}
	}
	fmt.Fprintf(&b, "\n%s\n", r.Verdict)
	_, _ = io.WriteString(w, b.String())
}

func (r report) writeJSON(w io.Writer) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(r)
}

// verdict sums the findings up in one sentence.
func verdict(found []Finding) string {
	missing, warned := areas(found, Missing), areas(found, Warn)
	switch {
	case len(missing) > 0:
		return fmt.Sprintf("Airbridge cannot stream on this machine yet: %s.", strings.Join(missing, ", "))
	case len(warned) > 0:
		return fmt.Sprintf("Airbridge can stream on this machine. It would do better with: %s.", strings.Join(warned, ", "))
	}
	return "Airbridge can stream on this machine. Nothing to mend."
}

func areas(found []Finding, s State) (names []string) {
	for _, f := range found {
		if f.State == s {
			names = append(names, f.Area)
		}
	}
	return names
}

func count(found []Finding, s State) int { return len(areas(found, s)) }
