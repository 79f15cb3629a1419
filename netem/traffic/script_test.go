package traffic

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is said in the conversations of testdata")

// conversation is a TCP-like sender on a bench: what the network does is told by a script, a line at a time.
//
//	start CONTROL rtt=D [ecn] [window=SEGMENTS]   a new connection at once
//	at D                                    let the time come, counted from the start, and do what is due
//	after D                                 the same, counted from now
//	arrive A-B C ...                        these packets come out of the medium now; those named are acknowledged
//	marked A-B ...                          the same, with CE
//	rounds N                                so many round trips in which all that is under way arrives
//
// After each line stands what the sender sent, and its state where that changed.
type conversation struct {
	t    *tcp
	now  netem.True
	rtt  time.Duration
	said []string
	last string
}

func (c *conversation) line(text string) error {
	words := strings.Fields(text)
	c.said = c.said[:0]
	switch words[0] {
	case "start":
		return c.start(words[1:])
	case "at", "after":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			return err
		}
		if words[0] == "after" {
			d += c.now.Sub(0)
		}
		c.until(netem.True(d))
	case "arrive", "marked":
		if err := c.arrive(words[1:], words[0] == "marked"); err != nil {
			return err
		}
	case "rounds":
		rounds, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		for range rounds {
			for id := c.t.board.oldest; id != c.t.board.next; id++ {
				c.t.arrived(c.now, &netem.Packet{ID: id})
			}
			c.quiet(c.now.Add(c.rtt))
		}
		c.say("all arrived so far")
	default:
		return fmt.Errorf("no such directive: %s", words[0])
	}
	c.state()
	return nil
}

func (c *conversation) start(words []string) error {
	b := Bulk{}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		var err error
		switch key {
		case "reno", "cubic":
			b.Control = map[string]Control{"reno": Reno, "cubic": Cubic}[key]
		case "rtt":
			b.BaseRTT, err = time.ParseDuration(value)
		case "ecn":
			b.ECN = true
		case "window":
			n, e := strconv.Atoi(value)
			b.Window, err = units.ByteCount(n*segment), e
		default:
			err = fmt.Errorf("no such word: %s", w)
		}
		if err != nil {
			return err
		}
	}
	c.t, c.rtt = newEndless(b), b.BaseRTT
	if c.rtt == 0 {
		c.rtt = DefaultBaseRTT
	}
	c.until(0)
	c.state()
	return nil
}

// until lets the sender do what is due up to an instant.
func (c *conversation) until(t netem.True) {
	for at := c.t.wake(); at <= t; at = c.t.wake() {
		c.now = max(c.now, at)
		timeouts := c.t.stat.Timeouts
		train := c.t.step(c.now, nil)
		if c.t.stat.Timeouts > timeouts {
			c.say("timeout")
		}
		c.sent(train)
	}
	c.now = max(c.now, t)
}

// quiet is until without a word.
func (c *conversation) quiet(t netem.True) {
	said := len(c.said)
	c.until(t)
	c.said = c.said[:said]
}

func (c *conversation) arrive(words []string, marked bool) error {
	for _, w := range words {
		first, last, ranged := strings.Cut(w, "-")
		if !ranged {
			last = first
		}
		a, err := strconv.ParseUint(first, 10, 32)
		if err != nil {
			return err
		}
		b, err := strconv.ParseUint(last, 10, 32)
		if err != nil {
			return err
		}
		for id := a; id <= b; id++ {
			p := netem.Packet{ID: uint32(id)}
			if marked {
				p.ECN = netem.CE
			}
			c.t.arrived(c.now, &p)
		}
	}
	return nil
}

func (c *conversation) say(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf("%v ", c.now.Sub(0))+fmt.Sprintf(format, args...))
}

// sent says which packets were sent.
func (c *conversation) sent(train []netem.Packet) {
	if len(train) == 0 {
		return
	}
	text := fmt.Sprintf("sent %d", train[0].ID)
	if len(train) > 1 {
		text += fmt.Sprintf("-%d", train[len(train)-1].ID)
	}
	if train[0].ECN == netem.ECT0 {
		text += " ect0"
	}
	c.say("%s", text)
}

// state says how the sender is where that changed.
func (c *conversation) state() {
	w := &c.t.window
	threshold := "none"
	if !math.IsInf(w.threshold, 1) {
		threshold = strconv.FormatFloat(w.threshold, 'f', 2, 64)
	}
	text := fmt.Sprintf("cwnd %.2f, ssthresh %s, under way %d, to repeat %d, reductions %d", w.size, threshold, c.t.board.flight, c.t.again, c.t.stat.Reductions)
	if text != c.last {
		c.said = append(c.said, text)
	}
	c.last = text
}

// The conversations of testdata: a line, and what the sender does at it. What the RFCs ask for stands in the comments.
func TestConversations(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) < 6 {
		t.Fatalf("scripts %v, %v", scripts, err)
	}
	for _, file := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := converse(t, text)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(text), string(got)); diff != "" {
				t.Errorf("%s (-said +says now):\n%s", file, diff)
			}
		})
	}
}

// converse runs a script and returns it with what the sender says now.
func converse(t *testing.T, text []byte) []byte {
	t.Helper()
	var c conversation
	var out bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "    ") {
			continue // what it said last time
		}
		out.WriteString(line + "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := c.line(line); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for _, said := range c.said {
			out.WriteString("    " + said + "\n")
		}
	}
	return out.Bytes()
}
