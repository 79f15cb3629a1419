package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// lasting is the bar of work that has been going on for a while.
func lasting(b *bytes.Buffer, terminal bool, wall time.Duration) *bar {
	bar := newBar(&console{err: &screen{w: b, terminal: terminal}}, 3)
	bar.began = bar.began.Add(-wall)
	return bar
}

func TestShortWorkShowsNoBar(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		var b bytes.Buffer
		bar := lasting(&b, terminal, 0)
		bar.set(time.Second, time.Minute)
		bar.set(time.Minute, time.Minute)
		bar.done()
		if b.Len() != 0 {
			t.Errorf("terminal %t: %q", terminal, b.String())
		}
	}
}

func TestBarOnATerminal(t *testing.T) {
	var b bytes.Buffer
	bar := lasting(&b, true, 5*time.Second)
	bar.set(0, time.Hour)
	bar.set(15*time.Minute, time.Hour)
	bar.set(time.Hour, time.Hour)
	bar.done()
	drawn := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\r\x1b[K")[1:]
	if len(drawn) != 3 || !strings.HasSuffix(b.String(), "\n") {
		t.Fatalf("the terminal got %q, want three bars and a line feed", b.String())
	}
	for i, want := range [][]string{
		{"0%", "0 s of 1.0 h"},
		{"25%", "█████░░░░░░░░░░░░░░░ ", "900 s of 1.0 h, 180 times real time, 15 s left"},
		{"100%", "████████████████████ ", "1.0 h of 1.0 h, 720 times real time"},
	} {
		for _, w := range want {
			if !strings.Contains(drawn[i], w) {
				t.Errorf("bar %d is %q, want %q in it", i, drawn[i], w)
			}
		}
		if n := utf8.RuneCountInString(drawn[i]); n > 79 {
			t.Errorf("bar %d is %d characters wide: %q", i, n, drawn[i])
		}
	}
}

func TestBarInAFileIsALineEveryTenSeconds(t *testing.T) {
	var b bytes.Buffer
	bar := lasting(&b, false, 9*time.Second)
	bar.set(time.Minute, time.Hour)
	bar.began = bar.began.Add(-2 * time.Second)
	bar.set(2*time.Minute, time.Hour)
	bar.set(2*time.Minute, time.Hour)
	bar.began = bar.began.Add(-10 * time.Second)
	bar.set(30*time.Minute, time.Hour)
	bar.done()
	if want := "3 runs: 120 s of 1.0 h, 11 times real time\n3 runs: 1800 s of 1.0 h, 86 times real time\n"; b.String() != want {
		t.Errorf("the file got %q, want %q", b.String(), want)
	}
}
