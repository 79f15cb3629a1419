package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"airbridge/reports"
)

// digest is what a table of many runs says of some of them: those of one scenario and one choice of controllers.
type digest struct {
	scenario, controllers     string
	runs, incomplete          int
	hours                     float64
	missed                    int64
	rendered, displayed, lost int64
	freezes                   int64
	p50, p99                  []float64 // motion-to-photon of each run, ms
}

func newDigest(r *reports.Record) *digest {
	return &digest{scenario: r.Scenario, controllers: controllersText(&r.Controllers)}
}

// controllersText names the controllers of a run.
func controllersText(c *reports.Controllers) (text string) {
	for _, name := range []*string{c.Latency, c.Bitrate, c.Recovery} {
		if name != nil {
			text += " " + *name
		}
	}
	return text[min(len(text), 1):]
}

// add counts a run. One that is incomplete is only mentioned.
func (d *digest) add(r *reports.Record) {
	d.runs++
	if r.Incomplete != nil {
		d.incomplete++
		return
	}
	d.hours += r.DurationS / 3600
	for _, c := range []struct {
		sum  *int64
		more *int64
	}{
		{&d.missed, r.Frames.MissedSlots},
		{&d.rendered, r.Frames.Rendered},
		{&d.displayed, r.Frames.Displayed},
		{&d.lost, r.Frames.Lost},
		{&d.freezes, r.Recovery.Freezes},
	} {
		if c.more != nil {
			*c.sum += *c.more
		}
	}
	if m := r.Latency.MotionToPhoton; m != nil {
		d.p50, d.p99 = append(d.p50, m.P50), append(d.p99, m.P99)
	}
}

// digests are the digests of many runs in the order in which they came first.
type digests []*digest

// add counts a run.
func (all *digests) add(r *reports.Record) {
	controllers := controllersText(&r.Controllers)
	at := slices.IndexFunc(*all, func(d *digest) bool { return d.scenario == r.Scenario && d.controllers == controllers })
	if at < 0 {
		at = len(*all)
		*all = append(*all, newDigest(r))
	}
	(*all)[at].add(r)
}

// write writes a line for each digest.
func (all digests) write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "scenario\tcontrollers\truns\ttime\tmissed/h\t95 %\tdisplayed\tlost\tfreezes\tm2p p50\tp99")
	for _, d := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\n", d.scenario, d.controllers, d.cells())
	}
	return t.Flush()
}

// cells are the columns of a line behind its name.
func (d *digest) cells() string {
	runs := fmt.Sprint(d.runs)
	if d.incomplete > 0 {
		runs += fmt.Sprintf(", %d incomplete", d.incomplete)
	}
	if d.hours == 0 || d.rendered == 0 {
		return runs + "\t–\t–\t–\t–\t–\t–\t–\t–"
	}
	rate := reports.PerHour(d.missed, d.hours)
	return fmt.Sprintf("%s\t%s\t%s\t%s to %s\t%.2f %%\t%d\t%d\t%s\t%s", runs, short(time.Duration(d.hours*float64(time.Hour))),
		figure(rate.Value), figure(rate.Low), figure(rate.High), 100*float64(d.displayed)/float64(d.rendered), d.lost, d.freezes, median(d.p50), median(d.p99))
}

// figure is a rate with the digits that matter.
func figure(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// median is the median of the runs, in ms.
func median(ms []float64) string {
	if len(ms) == 0 {
		return "–"
	}
	ms = slices.Sorted(slices.Values(ms))
	return fmt.Sprintf("%.1f ms", (ms[(len(ms)-1)/2]+ms[len(ms)/2])/2)
}

// writeRunTable writes a line a run.
func writeRunTable(w io.Writer, runs []reports.Run) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "scenario\tseed\ttime\tmissed/h\t95 %\tdisplayed\tlost\tfreezes\tm2p p50\tp99")
	for i := range runs {
		r := &runs[i].Record
		d := newDigest(r)
		d.add(r)
		if r.Incomplete != nil {
			fmt.Fprintf(t, "%s\t%d\tincomplete: %s\n", r.Scenario, *r.Seed, *r.Incomplete)
			continue
		}
		_, cells, _ := strings.Cut(d.cells(), "\t") // without their number, which is one
		fmt.Fprintf(t, "%s\t%d\t%s\n", r.Scenario, *r.Seed, cells)
	}
	return t.Flush()
}
