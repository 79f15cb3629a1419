package units

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseBitrate(t *testing.T) {
	for text, want := range map[string]Bitrate{
		"1":                1,
		"12":               12,
		"999":              999,
		"1.5":              2, // whole bits a second
		"640k":             640_000,
		"640K":             640_000,
		"0.5k":             500,
		"30M":              30_000_000,
		"30.25M":           30_250_000,
		".5M":              500_000,
		"2.M":              2_000_000,
		"1.5G":             1_500_000_000,
		"030M":             30_000_000,
		"1000000G":         1_000_000_000_000_000,
		"1000000000000000": 1_000_000_000_000_000,
	} {
		if got, err := ParseBitrate(text); err != nil || got != want {
			t.Errorf("ParseBitrate(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestParseBitrateRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "M", "k", ".", ".M", "0", "0M", "0.9", "-30M", "+30M", "30 M", " 30M", "30M ", "30m", "30g", "30Mbps", "30MM",
		"30kM", "1,5G", "1e6", "1e3k", "0x1p4", "0x10", "1_000", "Inf", "infG", "NaN", "nanM", "1.2.3M", "1000001G", "1e300G",
		strings.Repeat("9", 400), "30M\x00", "３０M",
	} {
		got, err := ParseBitrate(text)
		if err == nil {
			t.Errorf("ParseBitrate(%q) = %d, want an error", text, got)
			continue
		}
		if !strings.Contains(err.Error(), "30M") || got != 0 {
			t.Errorf("ParseBitrate(%q) = %d, %v: want zero and an example of what it takes", text, got, err)
		}
	}
}

func TestBitrateString(t *testing.T) {
	for rate, want := range map[Bitrate]string{
		0: "0", 1: "1", 999: "999", 1000: "1k", 1001: "1.001k", 640 * Kbps: "640k", 30 * Mbps: "30M", 30_250_000: "30.25M",
		1500 * Mbps: "1.5G", -30 * Mbps: "-30M", -5: "-5",
	} {
		if got := rate.String(); got != want {
			t.Errorf("Bitrate(%d).String() = %q, want %q", int64(rate), got, want)
		}
	}
}

// Whatever a rate prints as is read back as the same rate, to the bit.
func TestBitrateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := Bitrate(rapid.Int64Range(1, 1e15).Draw(t, "rate"))
		if got, err := ParseBitrate(rate.String()); err != nil || got != rate {
			t.Fatalf("%d prints as %s, which reads as %d, %v", int64(rate), rate, got, err)
		}
	})
}

func TestBitrateInJSON(t *testing.T) {
	var config struct{ Rate Bitrate }
	if err := json.Unmarshal([]byte(`{"Rate":"30M"}`), &config); err != nil || config.Rate != 30*Mbps {
		t.Errorf("read %v, %v, want 30M", config.Rate, err)
	}
	if text, err := json.Marshal(config); err != nil || string(text) != `{"Rate":"30M"}` {
		t.Errorf("wrote %s, %v", text, err)
	}
	if err := json.Unmarshal([]byte(`{"Rate":"fast"}`), &config); err == nil || config.Rate != 30*Mbps {
		t.Errorf("a rate that is none: %v, rate now %v; want an error and the rate as it was", err, config.Rate)
	}
}

func TestTimeToSend(t *testing.T) {
	for _, c := range []struct {
		rate Bitrate
		n    ByteCount
		want time.Duration
	}{
		{8, 1, time.Second},
		{100 * Mbps, 1400, 112 * time.Microsecond},
		{30 * Mbps, 150_000, 40 * time.Millisecond},
		{Gbps, 0, 0},
		{Gbps, 1, 8 * time.Nanosecond},
		// A terabyte: the product of bytes, bits and nanoseconds is far beyond 64 bits.
		{Gbps, 1e12, 8000 * time.Second},
	} {
		if got := c.rate.TimeToSend(c.n); got != c.want {
			t.Errorf("%v.TimeToSend(%d) = %v, want %v", c.rate, c.n, got, c.want)
		}
	}
}

func TestTimeToSendNeedsARate(t *testing.T) {
	for _, rate := range []Bitrate{0, -Mbps} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("TimeToSend at rate %d did not panic", rate)
				}
			}()
			rate.TimeToSend(1)
		}()
	}
}

func TestBytesIn(t *testing.T) {
	for _, c := range []struct {
		rate Bitrate
		d    time.Duration
		want ByteCount
	}{
		{8, time.Second, 1},
		{8, 999 * time.Millisecond, 0},
		{100 * Mbps, 500 * time.Microsecond, 6250},
		{0, time.Hour, 0},
		{Gbps, 8000 * time.Second, 1e12},
	} {
		if got := c.rate.BytesIn(c.d); got != c.want {
			t.Errorf("%v.BytesIn(%v) = %d, want %d", c.rate, c.d, got, c.want)
		}
	}
}

// What a rate lets pass in the time that n bytes take is n, give or take the byte that rounding costs.
func TestTimeAndBytesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := Bitrate(rapid.Int64Range(int64(Kbps), int64(Gbps)).Draw(t, "rate"))
		n := ByteCount(rapid.Int64Range(0, 1e9).Draw(t, "bytes"))
		if got := rate.BytesIn(rate.TimeToSend(n)); got < n-1 || got > n {
			t.Fatalf("%v: %d bytes take %v, in which %d pass", rate, n, rate.TimeToSend(n), got)
		}
	})
}

func FuzzParseBitrate(f *testing.F) {
	for _, seed := range []string{"30M", "1.5G", "640k", "12", "", "-1", "1e9", "0x1p4", "NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rate, err := ParseBitrate(text)
		if err != nil {
			return
		}
		if rate < 1 {
			t.Fatalf("ParseBitrate(%q) = %d, not positive", text, rate)
		}
		if again, err := ParseBitrate(rate.String()); err != nil || again != rate {
			t.Fatalf("%q is %d, prints as %s, which is %d, %v", text, int64(rate), rate, again, err)
		}
	})
}
