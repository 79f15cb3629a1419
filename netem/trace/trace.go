// Package trace reads recordings of real links and plays them back: how much a link carried over time (a Capacity), how
// long frames took over it (a Delay), and how large frames were (Frames). It is sans-I/O: opening files is the
// caller's.
//
// # Capacity files
//
// Three formats are told apart by their first line that is neither empty nor a comment (#, // or % in front):
//
//   - Columns: `seconds Mbit/s`, separated by blanks or tabs, more columns only under a header.
//   - CSV: the same with commas or semicolons. A header names the columns; see below. Without one, the two columns
//     are seconds and Mbit/s, or a rate and its unit in words ("11.2,Mbits/sec", one line a second).
//   - Mahimahi: one whole number of milliseconds a line, each an opportunity to deliver 1500 bytes.
//
// A header is matched without regard to case. The time column is called time, t, timestamp, seconds, sec, s, ms,
// elapsed or interval, with a unit (s, ms, us, ns) after an underscore or in brackets, seconds by default; dates such as
// 2019.12.16_13.40.04 and 2019-12-16T13:40:04Z are taken too. The rate column is called rate, bitrate, bandwidth,
// bw, throughput, capacity, goodput, value, or only by its unit (bps, kbps, Mbps, Gbps, also as Mbit/s, Mbits/sec),
// Mbit/s by default; dl_bitrate, in kbit/s, is what G-NetTrack writes. Without a time column, a line is a second.
//
// A rate holds from its time until the next line's. The first line is at instant zero; the last lasts as long as the
// median line. Of two lines with one time, the later counts. After its end a capacity begins again.
//
// # Refused
//
// Files that are empty or carry nothing, rates that are negative or above 1 Tbit/s, times that run backwards, traces
// longer than a year or than ten million lines. Every error says file, line and reason.
package trace

import (
	"errors"
	"fmt"
	"time"
)

// Bounds of what is read.
const (
	// MaxRate is the highest rate in bits per second: 1 Tbit/s.
	MaxRate = 1e12
	// MaxLines is how many lines a file may have.
	MaxLines = 10_000_000
	// MaxLength is how long a trace may last.
	MaxLength = 366 * 24 * time.Hour
	// maxLine is how many bytes a line may have.
	maxLine = 64 << 10
)

// ErrFormat is what errors about unreadable traces wrap.
var ErrFormat = errors.New("not a usable trace")

// Error says where a trace is wrong.
type Error struct {
	// File is the name the caller gave.
	File string
	// Line counts from 1; zero where the file as a whole is meant.
	Line int
	// Reason says what is wrong and what would be right.
	Reason string
}

// Error writes file:line: reason.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Reason
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Unwrap returns ErrFormat.
func (e *Error) Unwrap() error { return ErrFormat }

// Format is the layout of a capacity file.
type Format uint8

// The formats.
const (
	Auto Format = iota // by content
	Columns
	CSV
	Mahimahi
	formats
)

var formatNames = [formats]string{"auto", "columns", "csv", "mahimahi"}

// String names the format as ParseFormat reads it.
func (f Format) String() string {
	if f < formats {
		return formatNames[f]
	}
	return fmt.Sprintf("format %d", uint8(f))
}

// ParseFormat reads auto, columns, csv or mahimahi; the empty string is Auto.
func ParseFormat(s string) (Format, error) {
	for f, name := range formatNames {
		if s == name {
			return Format(f), nil
		}
	}
	if s == "" {
		return Auto, nil
	}
	return Auto, fmt.Errorf("trace format %q: want auto, columns, csv or mahimahi", s)
}
