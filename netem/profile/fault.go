package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a description, and where.
type Fault struct {
	// File is the name of the file; empty for a Spec made in Go.
	File string
	// Line counts from 1; zero for a Spec made in Go.
	Line int
	// Key is the path to the value, such as hops[1].down.rate; empty where the whole is meant.
	Key string
	// Reason says what is wrong and what would be right.
	Reason string
}

// Error writes file:line: key: reason, without what is unknown.
func (f *Fault) Error() string {
	text := f.Reason
	if f.Key != "" {
		text = f.Key + ": " + text
	}
	if f.File != "" && f.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", f.File, f.Line, text)
	}
	if f.File != "" {
		return f.File + ": " + text
	}
	return text
}

// faults collects what is wrong below a key.
type faults struct {
	key  string
	list *[]error
}

// at returns the collector for a key below.
func (f faults) at(key string) faults {
	if f.key != "" && !strings.HasPrefix(key, "[") {
		key = "." + key
	}
	return faults{f.key + key, f.list}
}

// item returns the collector for an item of a list below.
func (f faults) item(key string, i int) faults { return f.at(fmt.Sprintf("%s[%d]", key, i)) }

// addf records a fault.
func (f faults) addf(format string, args ...any) {
	*f.list = append(*f.list, &Fault{Key: f.key, Reason: fmt.Sprintf(format, args...)})
}

// add records what another package found wrong; nil is nothing.
func (f faults) add(err error) {
	for _, e := range flatten(err) {
		f.addf("%s", e)
	}
}

// route records what another package found wrong under the key that its words begin with, or here where that is empty, and
// once only where many of a kind have the same fault.
func (f faults) route(err error, keys map[string]string) {
	seen := map[string]bool{}
	for _, e := range flatten(err) {
		text, at := e.Error(), f
		for words := text; words != ""; words = words[:max(strings.LastIndexAny(words, " :"), 0)] {
			if key, ok := keys[words]; ok && key != "" {
				text, at = strings.TrimLeft(text[len(words):], ": "), f.at(key)
			} else if !ok {
				continue
			}
			break
		}
		if !seen[at.key+text] {
			at.addf("%s", text)
		}
		seen[at.key+text] = true
	}
}

// place completes the faults in err with the file and, where they have none, the line of their key.
func place(err error, file string, lines map[string]int) error {
	list := flatten(err)
	for _, e := range list {
		var f *Fault
		if errors.As(e, &f) {
			f.File = file
			if f.Line == 0 {
				f.Line = lineOf(f.Key, lines)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b error) int {
		var x, y *Fault
		if errors.As(a, &x) && errors.As(b, &y) {
			return x.Line - y.Line
		}
		return 0
	})
	return errors.Join(list...)
}

// flatten takes joined errors apart.
func flatten(err error) (list []error) {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			list = append(list, flatten(e)...)
		}
		return list
	}
	return []error{err}
}

// lineOf finds the line of a key, or of the nearest above it that the document has.
func lineOf(key string, lines map[string]int) int {
	for {
		if line, ok := lines[key]; ok || key == "" {
			return line
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
}
