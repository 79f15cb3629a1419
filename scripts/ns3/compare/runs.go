package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"airbridge/netem/wifi/vrload"
)

// measured are the delays of several runs of a workload.
type measured struct {
	all        vrload.Sample
	seeds      []vrload.Sample
	incomplete int
}

func gather(seeds []vrload.Sample, incomplete []int) measured {
	m := measured{all: vrload.Pool(seeds...), seeds: seeds}
	for _, n := range incomplete {
		m.incomplete += n
	}
	return m
}

// truthOf returns ns-3's delays: kept ones where they are there, else measured now.
func truthOf(ctx context.Context, cfg config, c vrload.Case) (measured, error) {
	w, runs := c.Workload, cfg.seeds*c.Repeat
	seeds, incomplete := make([]vrload.Sample, runs), make([]int, runs)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cfg.jobs)
	for i := range seeds {
		group.Go(func() (err error) {
			file := filepath.Join(cfg.cache, cacheName(w, i+1))
			text, err := os.ReadFile(file)
			if errors.Is(err, os.ErrNotExist) {
				text, err = runNS3(ctx, cfg, w, i+1, file)
			}
			if err != nil {
				return err
			}
			seeds[i], incomplete[i], err = vrload.ParseDelays(text)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return measured{}, err
	}
	return gather(seeds, incomplete), nil
}

// cacheName is the name under which a run of ns-3 is kept.
func cacheName(w vrload.Workload, run int) string {
	return fmt.Sprintf("fps%g_mbps%g_stas%d_bg%g_mcs%d_on%g_off%g_prio%d_%gs_run%d.csv", w.FPS, w.Mbps, w.Stations,
		w.Background, w.MCS, w.On.Seconds(), w.Off.Seconds(), w.Priority, w.Duration.Seconds(), run)
}

// runNS3 runs vr_wifi once. Its result gets its name only when it is complete.
func runNS3(ctx context.Context, cfg config, w vrload.Workload, run int, file string) ([]byte, error) {
	if err := os.MkdirAll(cfg.cache, 0o755); err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "ns-3: %d stations, run %d\n", w.Stations, run)
	partial := file + ".partial"
	cmd := exec.CommandContext(ctx, cfg.ns3, fmt.Sprintf("--fps=%g", w.FPS), fmt.Sprintf("--mbps=%g", w.Mbps),
		fmt.Sprintf("--stas=%d", w.Stations), fmt.Sprintf("--bg=%g", w.Background), fmt.Sprintf("--mcs=%d", w.MCS),
		fmt.Sprintf("--onS=%g", w.On.Seconds()), fmt.Sprintf("--offS=%g", w.Off.Seconds()),
		fmt.Sprintf("--priority=%d", w.Priority), fmt.Sprintf("--simTime=%g", w.Duration.Seconds()),
		fmt.Sprintf("--run=%d", run), "--out="+partial)
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s run %d: %w\n%s", cfg.ns3, run, err, said)
	}
	if err := os.Rename(partial, file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// modelOf returns the delays of our cell.
func modelOf(cfg config, w vrload.Workload) (measured, error) {
	seeds, incomplete := make([]vrload.Sample, cfg.modelSeeds), make([]int, cfg.modelSeeds)
	for i := range seeds {
		frames, err := w.Run(uint64(i + 1))
		if err != nil {
			return measured{}, err
		}
		seeds[i], incomplete[i] = vrload.Delays(frames)
	}
	return gather(seeds, incomplete), nil
}
