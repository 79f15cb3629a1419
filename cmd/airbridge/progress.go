package main

import (
	"fmt"
	"os"
	"time"

	"airbridge/client"
	"airbridge/protocol/wire"
	"airbridge/streamer"
)

// progress writes one line that is renewed once a second on a terminal, and a line every ten seconds elsewhere.
type progress struct {
	console  *console
	terminal bool
	total    time.Duration
	seconds  int
	lines    chan string
}

// plainEvery is how many seconds pass between two lines where no terminal is.
const plainEvery = 10

func newProgress(c *console, total time.Duration) *progress {
	p := &progress{console: c, terminal: isTerminal(c.err), total: total, lines: make(chan string, 1)}
	return p
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// streamer takes the streamer's news. It is called by the pump, which must not wait for a slow terminal.
func (p *progress) streamer(n *streamer.Progress) {
	p.seconds++
	of := ""
	if p.total > 0 {
		of = fmt.Sprintf(" of %s", p.total)
	}
	a := n.Frames
	m2p, _ := a.MotionToPhoton.Quantile(0.5)
	p.say(fmt.Sprintf("%3d s%s  %s  %d fps  %.1f Mbit/s  motion-to-photon %.1f ms  displayed %d  late %d  lost %d  skipped %d",
		p.seconds, of, n.Client, n.Encoded, float64(n.Bytes)*8/1e6, float64(m2p)/1e6, a.Displayed, a.Late, a.Lost, a.Skipped))
}

// client takes the client's news.
func (p *progress) client(n *client.Statistics) {
	p.seconds++
	p.say(fmt.Sprintf("%3d s  slots %d  displayed %d  repeated %d  late %d  lost %d",
		p.seconds, n.Slots, n.Outcomes[wire.Displayed], n.Repeated, n.Outcomes[wire.Late], n.Outcomes[wire.Lost]))
}

func (p *progress) say(line string) {
	if !p.terminal && p.seconds%plainEvery != 0 {
		return
	}
	select {
	case p.lines <- line:
		go p.write()
	default:
	}
}

func (p *progress) write() {
	line := <-p.lines
	if p.terminal {
		fmt.Fprintf(p.console.err, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.console.err, line)
}

// done ends the line.
func (p *progress) done() {
	if p.terminal && p.seconds > 0 {
		fmt.Fprintln(p.console.err)
	}
}
