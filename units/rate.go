package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ByteCount is a number of bytes.
type ByteCount int64

// Bitrate is a data rate in bits per second.
type Bitrate int64

// Rates in bits per second.
const (
	BitPerSecond Bitrate = 1
	Kbps                 = 1000 * BitPerSecond
	Mbps                 = 1000 * Kbps
	Gbps                 = 1000 * Mbps
)

// maxBitrate bounds what ParseBitrate accepts: far above any link, far below overflow.
const maxBitrate = 1e15

// TimeToSend returns how long n bytes occupy a path of rate b; b must be positive.
func (b Bitrate) TimeToSend(n ByteCount) time.Duration {
	if b <= 0 {
		panic(fmt.Sprintf("units: TimeToSend at rate %d", b))
	}
	return time.Duration(float64(n) * 8 * float64(time.Second) / float64(b))
}

// BytesIn returns how many whole bytes pass in d at rate b.
func (b Bitrate) BytesIn(d time.Duration) ByteCount {
	return ByteCount(float64(b) * d.Seconds() / 8)
}

// String writes the rate the way ParseBitrate reads it: 30M, 1.5G, 640k, 12.
func (b Bitrate) String() string {
	for _, u := range []struct {
		unit   Bitrate
		suffix string
	}{{Gbps, "G"}, {Mbps, "M"}, {Kbps, "k"}} {
		if b >= u.unit || b <= -u.unit {
			return strconv.FormatFloat(float64(b)/float64(u.unit), 'f', -1, 64) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// ParseBitrate reads a positive rate: digits with an optional fraction and an optional suffix k, M or G (powers of
// 1000), in bits per second.
func ParseBitrate(s string) (Bitrate, error) {
	unit, digits := BitPerSecond, s
	for suffix, u := range map[string]Bitrate{"k": Kbps, "K": Kbps, "M": Mbps, "G": Gbps} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			unit, digits = u, rest
		}
	}
	v, err := strconv.ParseFloat(digits, 64)
	rate := v * float64(unit)
	// ParseFloat takes signs, exponents, hexadecimal and Inf besides.
	if err != nil || strings.Trim(digits, "0123456789.") != "" || rate < 1 || rate > maxBitrate {
		return 0, fmt.Errorf("rate %q: want a positive number of bits per second such as 30M, 1.5G or 640k", s)
	}
	return Bitrate(math.Round(rate)), nil
}

// MarshalText writes the rate as String does.
func (b Bitrate) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads the rate as ParseBitrate does.
func (b *Bitrate) UnmarshalText(text []byte) error {
	v, err := ParseBitrate(string(text))
	if err == nil {
		*b = v
	}
	return err
}
