package verdict

import (
	"fmt"
	"io"
	"strings"
)

// Table writes every test as a line of text, scenario by scenario.
func (c *Comparison) Table(w io.Writer) error {
	var b strings.Builder
	last := ""
	for i := range c.Tests {
		t := &c.Tests[i]
		if t.Scenario != last {
			fmt.Fprintf(&b, "%s\n", t.Scenario)
			last = t.Scenario
		}
		fmt.Fprintf(&b, "  %-22s A %8s  B %8s  %-10s  %s\n", t.Metric, figure(t.A), figure(t.B), t.Winner, t.Detail())
	}
	for _, side := range []struct {
		name string
		only []string
	}{{"A", c.OnlyA}, {"B", c.OnlyB}} {
		if len(side.only) > 0 {
			fmt.Fprintf(&b, "only in %s: %s\n", side.name, strings.Join(side.only, ", "))
		}
	}
	if c.Incomplete > 0 {
		fmt.Fprintf(&b, "left out, as incomplete: %d runs\n", c.Incomplete)
	}
	if c.Repeated > 0 {
		fmt.Fprintf(&b, "left out, as their side has another run of the seed: %d runs\n", c.Repeated)
	}
	if firm, all := c.Firm(); all > 0 {
		fmt.Fprintf(&b, "corrected over all metrics as well, %d of %d verdicts stand\n", firm, all)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

func figure(v *float64) string {
	switch {
	case v == nil:
		return "–"
	case *v >= 100:
		return fmt.Sprintf("%.0f", *v)
	case *v >= 10:
		return fmt.Sprintf("%.1f", *v)
	}
	return fmt.Sprintf("%.2f", *v)
}
