package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bar shows how much of a long work is done: a bar on a terminal, a line every ten seconds elsewhere. Work that is done
// within two seconds shows nothing. Safe for concurrent use.
type bar struct {
	screen *screen
	began  time.Time
	runs   int

	mu   sync.Mutex
	bar  *progressbar.ProgressBar
	said time.Duration
}

const (
	barAfter = 2 * time.Second
	barEvery = 10 * time.Second
	barWidth = 20 // of the bar alone; with its text it fits 80 columns
)

func newBar(c *console, runs int) *bar {
	return &bar{screen: c.err, began: time.Now(), runs: runs}
}

// set tells how much simulated time has passed.
func (b *bar) set(passed, total time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wall := time.Since(b.began)
	if wall < barAfter || total <= 0 {
		return
	}
	speed := passed.Seconds() / wall.Seconds()
	what := fmt.Sprintf("%s of %s, %.0f times real time", short(passed), short(total), speed)
	if !b.screen.terminal {
		if wall >= b.said+barEvery {
			b.said = wall
			fmt.Fprintf(b.screen, "%s: %s\n", plural(b.runs, "run"), what)
		}
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(int64(total),
			progressbar.OptionSetWriter(io.Discard), progressbar.OptionSetWidth(barWidth), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetTheme(progressbar.ThemeUnicode), progressbar.OptionSetElapsedTime(false))
	}
	_ = b.bar.Set64(int64(passed)) // writes nowhere: the screen knows what else is on it
	b.screen.renew(b.bar.String() + "  " + what)
}

// done ends the bar's line.
func (b *bar) done() { b.screen.end() }

// short is a duration for people.
func short(d time.Duration) string {
	if d >= time.Hour {
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
