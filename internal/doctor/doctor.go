// Package doctor looks at the machine Airbridge runs on and says what it has, what is missing and which command mends
// it. Every check is a probe, which asks the system, and a judgement, which turns what it answered into findings and
// asks nobody, so that every machine can be tested on one.
package doctor

import (
	"context"
	"fmt"
	"io"
)

// State is how things stand in one area.
type State uint8

// The states. Only Missing stops Airbridge from working.
const (
	// OK: here and as it should be.
	OK State = iota + 1
	// Absent: not here, and needed by nobody who does not miss it.
	Absent
	// Warn: Airbridge works, but worse than it could.
	Warn
	// Missing: Airbridge cannot do its job.
	Missing
	stateEnd
)

var stateNames = [...]string{"unknown", "ok", "absent", "warn", "missing"}

// String names the state.
func (s State) String() string {
	if s < stateEnd {
		return stateNames[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// MarshalText writes the state as String does.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finding is what one check says of one area.
type Finding struct {
	// Area is what was looked at, in a word or two.
	Area string `json:"area"`
	// State is how it stands.
	State State `json:"state"`
	// Detail is what was found, on one line.
	Detail string `json:"detail"`
	// Remedy is the command, or what else to do; empty where there is nothing to mend. Lines are separated by "\n".
	Remedy string `json:"remedy,omitempty"`
}

// Check looks at one area or a few that belong together.
type Check func(ctx context.Context) []Finding

// Config says what to look at and how to tell it.
type Config struct {
	// Checks are made in order. Default Checks().
	Checks []Check
	// JSON writes one object {"ok": …, "verdict": …, "findings": […]} in the place of the table.
	JSON bool
}

// Checks returns all checks of this machine, in the order in which the table shows them.
func Checks() []Check {
	return []Check{
		processor(probeProcessor),
		codecs(probeCodecs),
		network(probeNetwork),
		port(DefaultPort, probePort),
		display(probeDisplay),
	}
}

// Run makes the checks and writes what they found to w, the verdict last. It returns whether Airbridge can do its job
// here: whether nothing is Missing. Checks that ctx cuts short count as not made.
func Run(ctx context.Context, w io.Writer, cfg Config) (ok bool) {
	if cfg.Checks == nil {
		cfg.Checks = Checks()
	}
	var found []Finding
	for _, check := range cfg.Checks {
		if ctx.Err() != nil {
			found = append(found, Finding{Area: "doctor", State: Missing, Detail: "interrupted before all was looked at"})
			break
		}
		found = append(found, check(ctx)...)
	}
	r := report{OK: count(found, Missing) == 0, Verdict: verdict(found), Findings: found}
	if cfg.JSON {
		r.writeJSON(w)
	} else {
		r.writeText(w)
	}
	return r.OK
}
