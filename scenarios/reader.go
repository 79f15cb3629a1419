package scenarios

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"airbridge/netem/profile"
	"airbridge/units"

	"github.com/goccy/go-yaml/ast"
)

// maxItems bounds a list of a scenario file.
const maxItems = 1000

// reader takes a YAML document apart and notes what is wrong with it, with lines and keys.
type reader struct {
	file   string
	files  func(name string) ([]byte, error)
	faults []*profile.Fault
}

// set takes the value of a key.
type set func(at string, n ast.Node)

// key is one key of a mapping.
type key struct {
	name string
	set  set
}

func (r *reader) faultf(at string, n ast.Node, format string, args ...any) {
	r.faults = append(r.faults, &profile.Fault{File: r.file, Line: line(n), Key: at, Reason: fmt.Sprintf(format, args...)})
}

// add notes what another package found wrong. Its faults that know their line keep it, below the key.
func (r *reader) add(at string, n ast.Node, err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			r.add(at, n, e)
		}
		return
	}
	var f *profile.Fault
	if errors.As(err, &f) && (f.File == r.file || f.File == "") {
		r.faults = append(r.faults, &profile.Fault{File: r.file, Line: f.Line, Key: join(at, f.Key), Reason: f.Reason})
		if f.Line == 0 {
			r.faults[len(r.faults)-1].Line = line(n)
		}
		return
	}
	r.faultf(at, n, "%v", err)
}

func join(at, name string) string {
	if at == "" || name == "" || strings.HasPrefix(name, "[") {
		return at + name
	}
	return at + "." + name
}

// mapping hands the values of a mapping to its keys.
func (r *reader) mapping(at string, n ast.Node, keys ...key) {
	pairs, ok := pairsOf(n)
	if !ok {
		r.faultf(at, n, "want keys with values: %s", names(keys))
		return
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		name := pair.Key.GetToken().Value
		below := join(at, name)
		setter := find(keys, name)
		switch {
		case setter == nil:
			r.faultf(below, pair.Key, "unknown key: want one of %s", names(keys))
		case seen[name]:
			r.faultf(below, pair.Key, "given twice")
		case pair.Value == nil || pair.Value.Type() == ast.NullType:
			r.faultf(below, pair.Key, "has no value")
		default:
			setter(below, pair.Value)
		}
		seen[name] = true
	}
}

func find(keys []key, name string) set {
	for _, k := range keys {
		if k.name == name {
			return k.set
		}
	}
	return nil
}

func names(keys []key) string {
	var list []string
	for _, k := range keys {
		list = append(list, k.name)
	}
	return strings.Join(list, ", ")
}

// pairsOf returns the keys and values of a mapping.
func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// scalar returns the text of a single value.
func (r *reader) scalar(at string, n ast.Node, want string) (string, bool) {
	switch n := n.(type) {
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		r.faultf(at, n, "anchors, aliases and tags are not supported: write the value out")
		return "", false
	}
	if _, ok := n.(ast.ScalarNode); !ok || n.Type() == ast.NullType {
		r.faultf(at, n, "want %s", want)
		return "", false
	}
	return n.GetToken().Value, true
}

// value sets what read makes of a text.
func value[T any](r *reader, to *T, want string, read func(text string) (T, bool)) set {
	return func(at string, n ast.Node) {
		text, ok := r.scalar(at, n, want)
		if !ok {
			return
		}
		v, ok := read(text)
		if !ok {
			r.faultf(at, n, "%s: want %s", strconv.Quote(text), want)
			return
		}
		*to = v
	}
}

// maxText bounds a name or a sentence.
const maxText = 2000

func (r *reader) text(to *string) set {
	return value(r, to, fmt.Sprintf("a text of at most %d bytes", maxText), func(t string) (string, bool) { return t, t != "" && len(t) <= maxText })
}

func (r *reader) time(to *time.Duration, least, most time.Duration) set {
	return value(r, to, fmt.Sprintf("a time with its unit, from %v to %v", least, most), func(t string) (time.Duration, bool) {
		d, err := time.ParseDuration(t)
		return d, err == nil && d >= least && d <= most && strings.TrimRight(t, "0123456789.") == t
	})
}

func (r *reader) number(to *float64, least, most float64) set {
	return value(r, to, fmt.Sprintf("a number from %g to %g", least, most), func(t string) (float64, bool) {
		v, err := number(t)
		return v, err == nil && v >= least && v <= most
	})
}

func (r *reader) whole(to *int, least, most int) set {
	return value(r, to, fmt.Sprintf("a whole number from %d to %d", least, most), func(t string) (int, bool) {
		v, err := strconv.Atoi(t)
		return v, err == nil && v >= least && v <= most
	})
}

func (r *reader) seed(to *uint64) set {
	return value(r, to, "a whole number, 0 or more", func(t string) (uint64, bool) {
		v, err := strconv.ParseUint(t, 10, 64)
		return v, err == nil
	})
}

func (r *reader) rate(to *units.Bitrate, least, most units.Bitrate) set {
	return value(r, to, fmt.Sprintf("a rate in bits per second such as 30M, from %v to %v", least, most), func(t string) (units.Bitrate, bool) {
		v, err := units.ParseBitrate(t)
		return v, err == nil && v >= least && v <= most
	})
}

func (r *reader) truth(to *bool) set {
	return value(r, to, "true or false", func(t string) (bool, bool) { return t == "true", t == "true" || t == "false" })
}

// choice sets what a word means.
func choice[T any](r *reader, to *T, words []string, values []T) set {
	return value(r, to, strings.Join(words, ", "), func(t string) (v T, ok bool) {
		for i, w := range words {
			if t == w {
				return values[i], true
			}
		}
		return v, false
	})
}

// ppm takes a number of millionths and sets billionths.
func (r *reader) ppm(to *int64, least, most float64) set {
	var v float64
	read := r.number(&v, least, most)
	return func(at string, n ast.Node) {
		v = math.NaN()
		if read(at, n); !math.IsNaN(v) {
			*to = int64(math.Round(v * 1000))
		}
	}
}
