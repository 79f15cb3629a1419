package profile

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"airbridge/units"
)

// scalar is how a type of single value is written.
type scalar struct {
	want string
	set  func(v reflect.Value, text string) error
}

var errValue = errors.New("no such value")

// scalars are the types of single values.
var scalars = map[reflect.Type]scalar{
	reflect.TypeFor[time.Duration](): {"a duration with its unit such as 20ms, 1.5s or 2m", func(v reflect.Value, text string) error {
		d, err := time.ParseDuration(text)
		if text == strings.Trim(text, "0123456789.") || d < 0 || strings.HasPrefix(text, "+") {
			return errValue
		}
		v.SetInt(int64(d))
		return err
	}},
	reflect.TypeFor[units.Bitrate](): {"a rate in bits per second such as 30M, 1.5G or 640k", func(v reflect.Value, text string) error {
		if text == "0" {
			return nil
		}
		rate, err := units.ParseBitrate(text)
		v.SetInt(int64(rate))
		return err
	}},
	reflect.TypeFor[units.ByteCount](): {"a number of bytes such as 1500, 40kB, 2MB or 64KiB", func(v reflect.Value, text string) error {
		n, err := parseBytes(text)
		v.SetInt(n)
		return err
	}},
	reflect.TypeFor[Share](): {"a share from 0 to 1, or 0% to 100%", func(v reflect.Value, text string) error {
		digits, percent := strings.CutSuffix(text, "%")
		x, err := decimal(digits)
		if percent {
			x /= 100
		}
		if x > 1 {
			return errValue
		}
		v.SetFloat(x)
		return err
	}},
	reflect.TypeFor[float64](): {"a number", func(v reflect.Value, text string) error {
		digits, negative := strings.CutPrefix(text, "-")
		x, err := decimal(digits)
		if negative {
			x = -x
		}
		v.SetFloat(x)
		return err
	}},
	reflect.TypeFor[int](): {"a whole number, 0 or more", func(v reflect.Value, text string) error {
		n, err := strconv.ParseUint(text, 10, 31)
		v.SetInt(int64(n))
		return err
	}},
	reflect.TypeFor[bool](): {"true or false", func(v reflect.Value, text string) error {
		v.SetBool(text == "true")
		if text != "true" && text != "false" {
			return errValue
		}
		return nil
	}},
	reflect.TypeFor[string](): {"a text", func(v reflect.Value, text string) error {
		v.SetString(text)
		return nil
	}},
}

// decimal reads a plain number without sign and exponent.
func decimal(text string) (float64, error) {
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, errValue
	}
	return strconv.ParseFloat(text, 64)
}

// maxBytes bounds a byte count: 1 TB.
const maxBytes = 1e12

func parseBytes(text string) (int64, error) {
	unit := 1.0
	for _, u := range []struct {
		suffix string
		bytes  float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			text, unit = rest, u.bytes
			break
		}
	}
	n, err := decimal(text)
	if n *= unit; err != nil || n > maxBytes || n != math.Trunc(n) {
		return 0, errValue
	}
	return int64(n), nil
}
