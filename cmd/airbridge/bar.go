package main

import (
	"fmt"
	"io"
	"strings"
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

// barTheme is of glyphs that every terminal has.
var barTheme = progressbar.Theme{Saucer: "█", SaucerPadding: "░"}

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
	what := fmt.Sprintf("%s of %s, %.0f times real time", short(passed), short(total), passed.Seconds()/wall.Seconds())
	if !b.screen.terminal {
		if wall >= b.said+barEvery {
			b.said = wall
			fmt.Fprintf(b.screen, "%s: %s\n", plural(b.runs, "run"), what)
		}
		return
	}
	if passed > 0 && passed < total {
		what += ", " + short(time.Duration(float64(wall)*(float64(total)/float64(passed)-1))) + " left"
	}
	b.screen.renew(b.draw(passed, total) + "  " + what)
}

// draw returns the bar alone. It writes nowhere: the screen knows what else is on it.
func (b *bar) draw(passed, total time.Duration) string {
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(int64(total),
			progressbar.OptionSetWriter(io.Discard), progressbar.OptionSetWidth(barWidth), progressbar.OptionSetTheme(barTheme),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
		_ = b.bar.RenderBlank() // it draws itself again with each per cent only
	}
	_ = b.bar.Set64(int64(passed))
	return strings.Trim(b.bar.String(), "\r\n ")
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
