package reliable

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// TestScripts plays the conversations in testdata. A script is a list of directives, each with the trace expected of it
// behind "----" and up to an empty line:
//
//	queue TEXT         queue a message
//	handle SEQ ACK TEXT   a datagram arrives
//	at MS              go to an instant and pull everything
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, name := range scripts {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(b), play(t, string(b))); diff != "" {
				t.Errorf("the conversation differs (-want +got):\n%s", diff)
			}
		})
	}
}

// play returns the script with the traces that it really has.
func play(t *testing.T, script string) string {
	t.Helper()
	var out strings.Builder
	c, now, expected := New(Config{}), units.Mono(0), false
	for lines := bufio.NewScanner(strings.NewReader(script)); lines.Scan(); {
		line := lines.Text()
		switch {
		case line == "":
			expected = false
			fmt.Fprintln(&out)
		case line == "----":
			expected = true
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
		case !expected:
			fmt.Fprintf(&out, "%s\n----\n", line)
			direct(t, c, &now, line, &out)
		}
	}
	return out.String()
}

func direct(t *testing.T, c *Channel, now *units.Mono, line string, out *strings.Builder) {
	t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "queue":
		if err := c.Queue([]byte(rest)); err != nil {
			fmt.Fprintln(out, err)
		}
	case "handle":
		var d wire.Control
		var text string
		if n, err := fmt.Sscan(rest, &d.Seq, &d.Ack, &text); n < 2 {
			t.Fatalf("%q: %v", line, err)
		}
		d.Message = []byte(text)
		c.Handle(*now, d, func(m []byte) { fmt.Fprintf(out, "deliver %s\n", m) })
	case "at":
		var at int64
		if _, err := fmt.Sscan(rest, &at); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		*now = units.Mono(at) * ms
		for {
			d, ok := c.Pull(*now)
			if !ok {
				break
			}
			fmt.Fprintf(out, "send seq=%d ack=%d %s\n", d.Seq, d.Ack, d.Message)
		}
		if err := c.Err(); err != nil {
			fmt.Fprintln(out, err)
		}
		if next := c.Deadline(); next != units.Never {
			fmt.Fprintf(out, "wake at %s\n", time.Duration(next))
		}
	default:
		t.Fatalf("unknown directive %q", line)
	}
}
