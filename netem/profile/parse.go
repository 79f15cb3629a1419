package profile

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"reflect"

	"airbridge/netem/trace"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds a link file.
const maxFile = 1 << 20

// Parse reads a link file in YAML. File is what errors call it, and where the files that it names are looked for, with
// read, which may be nil where it names none. All that is wrong is told at once, with file, line and key.
func Parse(file string, data []byte, read func(name string) ([]byte, error)) (Spec, error) {
	body, err := document(file, data)
	if err != nil {
		return Spec{}, err
	}
	var s Spec
	if err := s.UnmarshalYAML(body); err != nil {
		return Spec{}, place(err, file, nil)
	}
	return s, s.Load(file, read)
}

// document parses the one document of a file.
func document(file string, data []byte) (ast.Node, error) {
	if len(data) > maxFile {
		return nil, &Fault{File: file, Reason: fmt.Sprintf("%d bytes: want at most %d", len(data), maxFile)}
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		f := &Fault{File: file, Reason: err.Error()}
		var at yaml.Error
		if errors.As(err, &at) {
			f.Reason = at.GetMessage()
			if t := at.GetToken(); t != nil && t.Position != nil {
				f.Line = t.Position.Line
			}
		}
		return nil, f
	}
	if len(parsed.Docs) > 1 && parsed.Docs[1].Body != nil {
		return nil, &Fault{File: file, Line: line(parsed.Docs[1].Body), Reason: "a second document: want one"}
	}
	if len(bytes.TrimSpace(data)) == 0 || len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil || parsed.Docs[0].Body.Type() == ast.CommentType {
		return nil, &Fault{File: file, Reason: "empty: want a link such as `both: {rate: 100M, delay: 2ms}`"}
	}
	return parsed.Docs[0].Body, nil
}

// UnmarshalYAML fills the description from a node, so that another file may hold it under a key. Errors are *Fault,
// joined, with lines but without a file. Load is to be called next.
func (s *Spec) UnmarshalYAML(node ast.Node) error {
	var list []error
	d := decoder{faults: faults{list: &list}, lines: map[string]int{}}
	*s = Spec{}
	d.value("", node, reflect.ValueOf(s).Elem())
	s.lines = d.lines
	return errors.Join(list...)
}

// Load reads the traces that the description names, relative to the file that holds it, and checks everything. Read
// reads a file; it may be nil where there is none to read. Errors are *Fault, joined.
func (s *Spec) Load(file string, read func(name string) ([]byte, error)) error {
	var list []error
	f := faults{list: &list}
	s.Hop.load(f, file, read)
	for i := range s.Hops {
		s.Hops[i].load(f.item("hops", i), file, read)
	}
	if len(list) == 0 {
		if err := s.Validate(); err != nil {
			list = []error{err}
		}
	}
	return place(errors.Join(list...), file, s.lines)
}

func (h *Hop) load(f faults, file string, read func(string) ([]byte, error)) {
	for _, p := range []struct {
		key  string
		path *Path
	}{{"both", h.Both}, {"down", h.Down}, {"up", h.Up}} {
		if p.path != nil {
			p.path.load(f.at(p.key), file, read)
		}
	}
}

func (p *Path) load(f faults, file string, read func(string) ([]byte, error)) {
	open := func(at faults, name string, parse func(string, []byte) error) {
		if name == "" {
			return
		}
		if !path.IsAbs(name) {
			name = path.Join(path.Dir(file), name)
		}
		if read == nil {
			at.addf("%s: nothing to read files with", name)
			return
		}
		data, err := read(name)
		if err == nil {
			err = parse(name, data)
		}
		at.add(err)
	}
	if p.capacity == nil {
		open(f.at("trace"), p.Trace, func(name string, data []byte) error {
			format, err := trace.ParseFormat(p.TraceFormat)
			if err == nil {
				p.capacity, err = trace.Parse(name, bytes.NewReader(data), format)
			}
			return err
		})
	}
	if p.delays == nil {
		open(f.at("delay_trace"), p.DelayTrace, func(name string, data []byte) (err error) {
			p.delays, err = trace.ParseDelays(name, bytes.NewReader(data))
			return err
		})
	}
}
