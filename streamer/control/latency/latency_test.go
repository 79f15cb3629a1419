package latency

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"fixed:8ms":    8 * time.Millisecond,
		"fixed:0s":     0,
		"fixed:0":      0,
		"fixed:1s":     time.Second,
		"fixed:500us":  500 * time.Microsecond,
		"fixed:12.5ms": 12500 * time.Microsecond,
		"tail:0.2%":    tailStart,
	} {
		c, err := Parse(text)
		if err != nil || c.Margin() != want {
			t.Errorf("Parse(%q) = %v, %v, want a margin of %v", text, c, err, want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const share = "the share of late frames must be from 0.1% to 50%, such as tail:0.2%"
	const margin, kind = "the margin must be a duration from 0s to 1s, such as fixed:8ms", "there is fixed:MARGIN such as fixed:8ms, or tail:SHARE such as tail:0.2%"
	for text, want := range map[string]string{
		"":               kind,
		"8ms":            kind,
		"adaptive":       kind,
		"Fixed:8ms":      kind,
		"fixed":          margin,
		"fixed:":         margin,
		"fixed:8":        margin,
		"fixed:-1ms":     margin,
		"fixed:1001ms":   margin,
		"fixed:8ms:more": margin,
		"tail":           share,
		"tail:1":         share,
		"tail:0%":        share,
		"tail:51%":       share,
		"tail:NaN%":      share,
	} {
		c, err := Parse(text)
		if err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, c)
			continue
		}
		if got := err.Error(); !strings.Contains(got, want) || !strings.Contains(got, `"`+text+`"`) {
			t.Errorf("Parse(%q): %s; want it to quote that and to say %q", text, got, want)
		}
	}
}

func TestFixedStaysWhereItIs(t *testing.T) {
	c := Fixed(8 * time.Millisecond)
	for _, m := range []time.Duration{-time.Second, 0, time.Second} {
		c.Observe(0, Sample{Frame: 1, Margin: m})
		if c.Margin() != 8*time.Millisecond {
			t.Fatalf("margin %v after a frame with %v", c.Margin(), m)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"fixed:8ms", "fixed:", "fixed:-1ms", "adaptive", "fixed:1h", "fixed:1e3s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if (c == nil) != (err != nil) {
			t.Fatalf("Parse(%q) = %v, %v", s, c, err)
		}
		if err != nil {
			return
		}
		if m := c.Margin(); m < 0 || m > time.Second {
			t.Fatalf("Parse(%q): margin %v", s, m)
		}
		if _, fixed := c.(Fixed); !fixed {
			return
		}
		if again, err := Parse("fixed:" + c.Margin().String()); err != nil || again != c {
			t.Fatalf("%q does not survive a round trip: %v, %v", s, again, err)
		}
	})
}
