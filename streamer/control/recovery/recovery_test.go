package recovery

import (
	"strings"
	"testing"

	"airbridge/protocol/wire"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Controller{"idr": IDR{}, "fec:20": FEC(20), "fec:1": FEC(1), "fec:100": FEC(100)} {
		if c, err := Parse(text); err != nil || c != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, c, err, want)
		}
	}
	const kind, percent = "there is idr, or fec:PERCENT such as fec:20", "from 1 to 100 percent, such as fec:20"
	for text, want := range map[string]string{
		"": kind, "FEC:20": kind, "20": kind, "adaptive": kind, "idr:1": "takes no argument", "idr:": "takes no argument",
		"fec": percent, "fec:": percent, "fec:0": percent, "fec:-5": percent, "fec:101": percent, "fec:20%": percent,
		"fec:2.5": percent, "fec:20:20": percent,
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

func TestFECRoundsUp(t *testing.T) {
	for _, c := range []struct{ percent, k, want int }{
		{20, 1, 1},
		{20, 5, 1},
		{20, 6, 2},
		{20, 90, 18},
		{20, 91, 19},
		{20, 192, 39},
		{1, 192, 2},
		{100, 3, 3},
		{100, 64, 64},
		{100, 65, wire.MaxParity},
		{50, 192, wire.MaxParity},
	} {
		for _, idr := range []bool{false, true} {
			if got := FEC(c.percent).Parity(c.k, idr); got != c.want {
				t.Errorf("fec:%d for %d shards: %d of parity, want %d", c.percent, c.k, got, c.want)
			}
		}
	}
}

// What a controller says of one shard is its word for the whole frame, and no block may get more than the format holds.
func TestControllersKeepTheirWord(t *testing.T) {
	for _, c := range []Controller{IDR{}, FEC(1), FEC(20), FEC(100)} {
		promised := c.Parity(1, false) > 0
		for k := 1; k <= wire.BlockShards; k++ {
			if got := c.Parity(k, false); got < 0 || got > wire.MaxParity || got > 0 != promised {
				t.Errorf("%#v: %d parity shards for %d, promised %t", c, got, k, promised)
			}
		}
	}
}
