package main

import (
	"fmt"
	"os"
	"strings"

	"airbridge/netem/wifi/vrload"
)

// table prints the comparison.
type table struct {
	cfg        config
	references []vrload.Reference
}

func newTable(cfg config) *table {
	fmt.Printf("Delay of a video frame's last packet, ms: ns-3.37 802.11ax and netem/wifi (%d runs), %g s a run.\n",
		cfg.modelSeeds, cfg.workload.Duration.Seconds())
	fmt.Printf("Frames with a lost packet are dropped. The range is that of ns-3's own runs; limits in brackets.\n\n")
	fmt.Printf("%-11s %-9s %5s %9s %6s %6s %12s  %7s %15s %6s %13s  %5s %6s  %s\n", "case", "load", "runs", "frames", "p50", "ours", "",
		"p99", "range", "ours", "", "KS", "", "verdict")
	return &table{cfg: cfg}
}

// line prints one case and reports whether it passed.
func (t *table) line(c vrload.Case, truth, model measured) bool {
	v := c.Compare(truth.all, model.all)
	low, high := truth.seeds[0].Quantile(0.99), truth.seeds[0].Quantile(0.99)
	for _, s := range truth.seeds {
		low, high = min(low, s.Quantile(0.99)), max(high, s.Quantile(0.99))
	}
	verdict := "pass"
	if !v.Pass() {
		verdict = "FAIL"
	}
	fmt.Printf("%-11s %-9s %5d %9d %6.2f %6.2f %+5.1f%% [%g%%]  %7.2f %15s %6.2f %+6.1f%% [%g%%]  %.3f %6s  %s", c.Name, v.Limits.Name,
		len(truth.seeds), len(truth.all), truth.all.Quantile(0.5), model.all.Quantile(0.5), 100*v.P50, 100*v.Limits.P50,
		truth.all.Quantile(0.99), fmt.Sprintf("%.2f-%.2f", low, high), model.all.Quantile(0.99), 100*v.P99, 100*v.Limits.P99,
		v.KS, fmt.Sprintf("[%g]", v.Limits.KS), verdict)
	if truth.incomplete+model.incomplete > 0 {
		fmt.Printf("  (dropped: %d of ns-3, %d of ours)", truth.incomplete, model.incomplete)
	}
	fmt.Println()
	t.references = append(t.references, vrload.NewReference(c.Name, c.Workload, len(truth.seeds), truth.all))
	return v.Pass()
}

// writeReference keeps ns-3's side for the tests of netem/wifi.
func (t *table) writeReference(file string) error {
	var b strings.Builder
	b.WriteString("# Frame delays in ms that scripts/ns3/vr_wifi.cc measured with ns-3.37 (Debian 12, libns3-dev 3.37-2).\n" +
		"# Made by: scripts/check-ns3.sh --all --reference FILE\n" +
		"# name fps mbps stas bg mcs onS offS priority seeds frames, then the 1st to the 99th percentile\n")
	for _, r := range t.references {
		b.Write(r.AppendText(nil))
		b.WriteByte('\n')
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write the reference: %w", err)
	}
	return nil
}
