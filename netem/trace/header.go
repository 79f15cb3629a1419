package trace

import (
	"strings"
	"unicode"
)

// Units that a header may name: nanoseconds of a time unit, bits per second of a rate unit.
var (
	timeUnits = map[string]float64{
		"s": 1e9, "sec": 1e9, "secs": 1e9, "second": 1e9, "seconds": 1e9, "ms": 1e6, "msec": 1e6,
		"milliseconds": 1e6, "us": 1e3, "usec": 1e3, "µs": 1e3, "ns": 1,
	}
	rateUnits = map[string]float64{"bps": 1, "kbps": 1e3, "mbps": 1e6, "gbps": 1e9}
)

// Words that make a column what it is.
var (
	timeWords = map[string]bool{"time": true, "t": true, "timestamp": true, "elapsed": true, "interval": true}
	rateWords = map[string]bool{
		"rate": true, "bitrate": true, "bandwidth": true, "bw": true, "throughput": true,
		"capacity": true, "goodput": true, "value": true, "download": true, "datarate": true,
	}
)

// column is one column of interest: where it is and how many nanoseconds, or bits per second, its unit is.
type column struct {
	at   int // negative: not there
	unit float64
}

// layout says where a row keeps time and rate.
type layout struct {
	time, rate column
	fields     int  // how many fields a row without a header has; zero where a header spoke
	unit       bool // field 1 is the unit of field 0
}

// readHeader finds the columns that a header names; ok is false without a rate column.
func readHeader(fields []string) (l layout, ok bool) {
	l.time.at, l.rate.at = -1, -1
	for i, field := range fields {
		words := headerWords(field)
		if unit, is := timeColumn(words); is && l.time.at < 0 {
			l.time = column{i, unit}
		} else if unit, is := rateColumn(words); is && l.rate.at < 0 {
			l.rate = column{i, unit}
		}
	}
	return l, l.rate.at >= 0
}

// headerWords splits a header into lower-case words; "Mbit/s" and its like become one word.
func headerWords(field string) []string {
	field = strings.ToLower(field)
	for _, spelling := range []string{"bits/second", "bits/sec", "bits/s", "bit/sec", "bit/s", "bits per second", "b/s", "bits_per_second"} {
		field = strings.ReplaceAll(field, spelling, "bps")
	}
	return strings.FieldsFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func timeColumn(words []string) (unit float64, is bool) {
	unit = 1e9
	for i, w := range words {
		if u, found := timeUnits[w]; found {
			unit, is = u, is || i == 0
		} else if timeWords[w] {
			is = true
		} else if _, found := rateUnits[w]; found || rateWords[w] {
			return 0, false
		}
	}
	return unit, is
}

func rateColumn(words []string) (unit float64, is bool) {
	unit = 1e6
	for _, w := range words {
		if u, found := rateUnits[w]; found {
			unit, is = u, true
		} else if rateWords[w] {
			is = true
		} else if w == "ul" || w == "uplink" || w == "upload" {
			return 0, false
		}
	}
	// G-NetTrack, the Android logger of several public 4G and 5G data sets, writes DL_bitrate in kbit/s.
	if len(words) == 2 && words[0] == "dl" && words[1] == "bitrate" {
		unit = 1e3
	}
	return unit, is
}
