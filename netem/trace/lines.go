package trace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// lines hands out the lines of a file that carry something, and makes the errors that name them.
type lines struct {
	file string
	scan *bufio.Scanner
	at   int  // number of the line in hand
	held bool // next returns the line in hand again
}

func newLines(file string, r io.Reader) *lines {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxLine)
	return &lines{file: file, scan: s}
}

// next returns the next line without its blanks, nil at the end; it is valid until the next call.
func (l *lines) next() ([]byte, error) {
	for l.held || l.scan.Scan() {
		if !l.held {
			l.at++
		}
		l.held = false
		if l.at > MaxLines {
			return nil, l.errorf("more than %d lines", MaxLines)
		}
		text := l.scan.Bytes()
		if l.at == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // byte order mark
		}
		if text = bytes.TrimSpace(text); len(text) > 0 && !isComment(text) {
			return text, nil
		}
	}
	switch err := l.scan.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		l.at++
		return nil, l.errorf("longer than %d bytes", maxLine)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", l.file, err)
	}
	return nil, nil
}

// unread makes next return the line in hand once more.
func (l *lines) unread() { l.held = true }

func isComment(text []byte) bool {
	return text[0] == '#' || text[0] == '%' || bytes.HasPrefix(text, []byte("//"))
}

// errorf is an error about the line in hand.
func (l *lines) errorf(format string, args ...any) error {
	return &Error{File: l.file, Line: l.at, Reason: fmt.Sprintf(format, args...)}
}

// whole is an error about the file.
func (l *lines) whole(format string, args ...any) error {
	return &Error{File: l.file, Reason: fmt.Sprintf(format, args...)}
}

// number reads a finite decimal number. Hexadecimal, underscores, Inf and NaN, which strconv takes, are none here.
func number(field string) (float64, bool) {
	if field == "" || strings.Trim(field, "0123456789.eE+-") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(field, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// quoted shortens a field for an error.
func quoted(field string) string {
	const most = 40
	if len(field) > most {
		field = field[:most] + "…"
	}
	return strconv.Quote(field)
}
