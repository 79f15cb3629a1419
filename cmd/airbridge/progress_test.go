package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/streamer"
	"airbridge/streamer/statistics"
)

func TestScreenKeepsTheRenewedLineApart(t *testing.T) {
	var b bytes.Buffer
	s := &screen{w: &b, terminal: true}
	s.renew("1 s")
	s.renew("2 s")
	fmt.Fprintln(s, "a client left")
	s.end() // nothing is open
	s.renew("1 s")
	s.end()
	s.end()
	want := "\r\x1b[K1 s\r\x1b[K2 s\na client left\n\r\x1b[K1 s\n"
	if got := b.String(); got != want {
		t.Errorf("a terminal got %q, want %q", got, want)
	}
}

func TestScreenWithoutTerminalWritesPlainLines(t *testing.T) {
	var b bytes.Buffer
	s := newScreen(&b)
	s.renew("10 s")
	fmt.Fprintln(s, "a client left")
	s.renew("20 s")
	s.end()
	if want := "10 s\na client left\n20 s\n"; b.String() != want {
		t.Errorf("a file got %q, want %q", b.String(), want)
	}
	f, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if newScreen(f).terminal {
		t.Error("a file counts as a terminal")
	}
}

func news() *streamer.Progress {
	return &streamer.Progress{Encoded: 72, Bytes: 1_000_000, Frames: statistics.NewAggregate(time.Second / 72)}
}

func TestProgressOnATerminalEndsBeforeTheTable(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&console{err: &screen{w: &b, terminal: true}}, 20*time.Second)
	p.streamer(news())
	p.done()
	got := b.String()
	if !strings.HasPrefix(got, "\r\x1b[K  1 s of 20s") || !strings.Contains(got, "72 fps  8.0 Mbit/s") || !strings.HasSuffix(got, "\n") {
		t.Errorf("the terminal got %q", got)
	}
}

func TestProgressInAFileComesEveryTenSeconds(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&console{err: newScreen(&b)}, 0)
	for range 9 {
		p.client(&client.Statistics{Slots: 72})
	}
	p.client(&client.Statistics{Slots: 720})
	p.restart()
	p.client(&client.Statistics{Slots: 72})
	p.done()
	if got := b.String(); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, " 10 s  slots 720") {
		t.Errorf("eleven seconds wrote %q, want the tenth's line", got)
	}
}

// stuck is a terminal that takes nothing until it is opened.
type stuck struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *stuck) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// The pump tells its news whether anybody reads them or not; done waits for the writer, so that nothing comes after it.
func TestProgressNeverWaitsForATerminal(t *testing.T) {
	var b bytes.Buffer
	terminal := &stuck{w: &b}
	terminal.mu.Lock()
	p := newProgress(&console{err: &screen{w: terminal, terminal: true}}, 0)
	for range 1000 {
		p.streamer(news()) // a hang here is the failure
	}
	terminal.mu.Unlock()
	p.done()
	length := b.Len()
	if n := strings.Count(b.String(), "\x1b[K"); n < 1 || n > 3 {
		t.Errorf("%d lines were kept for a terminal that was stuck", n)
	}
	if b.Len() != length {
		t.Error("something was written after done")
	}
}
