package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"airbridge/sim/loopback"
	"airbridge/transport"
)

// introduce says what will be compared.
func introduce(w io.Writer, p *loopback.Plan, path *transport.Report) {
	fmt.Fprintf(w, "One session, 1920x1080 at 72 fps and %v, in the event lab (6 states of the fitted PC, %d seeds each)\n"+
		"and over loopback (%d runs of %v, pumps %s).\n\n", p.Bitrate, p.Seeds, p.Runs, p.Length, path.Scheduling)
}

// tellMood says how the machine was during a run.
func tellMood(w io.Writer, run int, m *loopback.Mood) {
	word := "quiet"
	if !m.Quiet() {
		word = "disturbed"
	}
	us := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	fmt.Fprintf(w, "run %d: %-9s  an idle thread woke late by %.0f µs (p50), %.0f µs (p99), %.1f ms (most); by more than 1 ms: %.2f %%\n",
		run+1, word, us(m.LateP50), us(m.LateP99), us(m.LateMax)/1e3, 100*m.Stalls)
}

// table prints the comparison.
func table(w io.Writer, o *loopback.Outcome) {
	fmt.Fprintf(w, "\n%-28s %-2s %23s %10s   %-8s %s\n", "quantity", "", "event lab", "loopback", "", "each run")
	for i := range o.Lines {
		l := &o.Lines[i]
		var each []string
		for _, v := range l.Real {
			each = append(each, number(v))
		}
		fmt.Fprintf(w, "%-28s %-2s %23s %10s   %-8s %s\n", l.Quantity.Name, l.Quantity.Unit,
			number(l.Lab.Low)+" to "+number(l.Lab.High), number(l.Median), verdict(o, l), strings.Join(each, " "))
	}
	fmt.Fprintf(w, "\nLoopback is the median of its runs. Values in brackets are told and do not count: the machine was disturbed.\n"+
		"By seed: less what the lab has in the middle with the same seed, as games, encoders and decoders differ by seed.\n")
	var lost uint64
	for i := range o.Reports {
		lost += o.Reports[i].Lost
	}
	fmt.Fprintf(w, "Datagrams lost by the kernel: %d.\n", lost)
}

func verdict(o *loopback.Outcome, l *loopback.Line) string {
	word := "OUTSIDE"
	if l.Inside() {
		word = "inside"
	}
	if !o.Judged(l) {
		return "(" + strings.ToLower(word) + ")"
	}
	return word
}

// number writes four digits at most where a value has no more.
func number(v float64) string {
	if v == float64(int64(v)) || v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
