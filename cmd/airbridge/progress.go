package main

import (
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/protocol/wire"
	"airbridge/streamer"
)

// progress tells once a second how a session goes: in one line that is renewed on a terminal, in a line every ten seconds
// elsewhere. It writes on a goroutine of its own, as its news come from a pump that must not wait for a slow terminal.
type progress struct {
	screen  *screen
	total   time.Duration
	seconds int
	lines   chan string // holds one; news that find it full are dropped
	written chan struct{}
}

// plainEvery is how many seconds pass between two lines where no terminal is.
const plainEvery = 10

// newProgress returns the progress of sessions that last total, zero for without end. Call done at the end.
func newProgress(c *console, total time.Duration) *progress {
	p := &progress{screen: c.err, total: total, lines: make(chan string, 1), written: make(chan struct{})}
	go p.write()
	return p
}

// write writes what say has taken, until done.
func (p *progress) write() {
	defer close(p.written)
	for line := range p.lines {
		p.screen.renew(line)
	}
}

// done ends the last line and waits until it is written. There must be no news after it.
func (p *progress) done() {
	close(p.lines)
	<-p.written
	p.screen.end()
}

// streamer takes the streamer's news, on the pump's goroutine.
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

// client takes the client's news, on the pump's goroutine.
func (p *progress) client(n *client.Statistics) {
	p.seconds++
	p.say(fmt.Sprintf("%3d s  slots %d  displayed %d  repeated %d  late %d  lost %d",
		p.seconds, n.Slots, n.Outcomes[wire.Displayed], n.Repeated, n.Outcomes[wire.Late], n.Outcomes[wire.Lost]))
}

// restart counts the seconds of the next session.
func (p *progress) restart() { p.seconds = 0 }

func (p *progress) say(line string) {
	if !p.screen.terminal && p.seconds%plainEvery != 0 {
		return
	}
	select {
	case p.lines <- line:
	default:
	}
}
