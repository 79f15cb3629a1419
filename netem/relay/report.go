package relay

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"airbridge/netem"
)

// Line says in a line what happened since an earlier state, for people who wait.
func (s *Stats) Line(before *Stats) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%3.0f s  clients %d", s.Elapsed.Seconds(), s.Known)
	for d := range netem.Dirs {
		w, o := &s.Ways[d], &before.Ways[d]
		bytes, lost, out := w.SentBytes-o.SentBytes, w.Lost()-o.Lost(), w.outcomes()-o.outcomes()
		fmt.Fprintf(&b, "  %v %.1f Mbit/s, %.2f %% lost", d, perSecond(float64(bytes)*8/1e6, s.Elapsed-before.Elapsed), share(lost, out))
	}
	fmt.Fprintf(&b, "  under way %d", s.UnderWay)
	return b.String()
}

// outcomes is how many packets came out of the medium, copies included.
func (w *Way) outcomes() uint64 { return w.Lost() + w.Fates[netem.Arrived] }

func perSecond(x float64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return x / d.Seconds()
}

// share returns part of whole in percent.
func share(part, whole uint64) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

// Table writes the summary for people: what went each way, what became of it, and what the relay itself did to it.
func (r *Result) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	down, up := &r.Ways[netem.Down], &r.Ways[netem.Up]
	row := func(name string, f func(w *Way) string) { fmt.Fprintf(t, "%s\t%s\t%s\t\n", name, f(down), f(up)) }
	count := func(name string, always bool, f func(w *Way) uint64) {
		if always || f(down)+f(up) > 0 {
			row(name, func(w *Way) string { return fmt.Sprint(f(w)) })
		}
	}
	fmt.Fprintf(t, "\tdown\tup\t\n")
	count("received", true, func(w *Way) uint64 { return w.Received })
	count("sent", true, func(w *Way) uint64 { return w.Sent })
	row("rate, Mbit/s", func(w *Way) string { return fmt.Sprintf("%.2f", perSecond(float64(w.SentBytes)*8/1e6, r.Elapsed)) })
	row("lost by the link", func(w *Way) string { return fmt.Sprintf("%.3f %%", 100*w.LossShare()) })
	for f := range netem.Fates {
		if f != netem.Arrived {
			count("- "+f.String(), false, func(w *Way) uint64 { return w.Fates[f] })
		}
	}
	count("marked congested", false, func(w *Way) uint64 { return w.Congested })
	count("damaged", false, func(w *Way) uint64 { return w.Damaged })
	count("no room in the relay", false, func(w *Way) uint64 { return w.NoRoom })
	count("of clients too many", false, func(w *Way) uint64 { return w.Strangers })
	count("for clients gone", false, func(w *Way) uint64 { return w.Orphans })
	count("refused by the system", false, func(w *Way) uint64 { return w.Refused })
	for _, q := range []struct {
		name string
		of   func(s Spread) time.Duration
	}{
		{"delay of the link, p50", func(s Spread) time.Duration { return s.P50 }},
		{"p99", func(s Spread) time.Duration { return s.P99 }},
		{"max", func(s Spread) time.Duration { return s.Max }},
	} {
		fmt.Fprintf(t, "%s\t%s\t%s\t\n", q.name, milliseconds(q.of(r.Delay[netem.Down])), milliseconds(q.of(r.Delay[netem.Up])))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, r.remarks())
	return err
}

// remarks are what the table has no column for.
func (r *Result) remarks() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d clients in %s; %d packets still under way\n", r.Clients, r.Elapsed.Round(time.Millisecond), r.UnderWay)
	fmt.Fprintf(&b, "the relay added %s (p50), %s (p99); %s\n", milliseconds(r.Late.P50), milliseconds(r.Late.P99),
		cmp.Or(r.Scheduling, "it did not begin"))
	if r.ReceiveDrops > 0 {
		fmt.Fprintf(&b, "%d datagrams were lost in this machine before the relay could read them\n", r.ReceiveDrops)
	}
	return b.String()
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d)/1e6) }
