package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"airbridge/netem/profile"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds a scenario file.
const maxFile = 1 << 20

// Parse reads a scenario in YAML; docs/scenarios.md has the format. File is what errors call it, and where the files that
// it names are looked for, with read, which may be nil where it names none. All that is wrong is told at once, each
// fault a *profile.Fault with file, line and key.
func Parse(file string, data []byte, read func(name string) ([]byte, error)) (Scenario, error) {
	body, err := document(file, data)
	if err != nil {
		return Scenario{}, err
	}
	r := &reader{file: file, files: read}
	s := r.scenario(body)
	if len(r.faults) == 0 {
		if err := s.Validate(); err != nil { // what no single key is to blame for
			r.add("", body, err)
		}
	}
	slices.SortStableFunc(r.faults, func(a, b *profile.Fault) int { return a.Line - b.Line })
	var errs []error
	for _, f := range r.faults {
		errs = append(errs, f)
	}
	if len(errs) > 0 {
		return Scenario{}, errors.Join(errs...)
	}
	return s, nil
}

// document parses the one document of a file.
func document(file string, data []byte) (ast.Node, error) {
	if len(data) > maxFile {
		return nil, &profile.Fault{File: file, Reason: fmt.Sprintf("%d bytes: want at most %d", len(data), maxFile)}
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		f := &profile.Fault{File: file, Reason: err.Error()}
		var told yaml.Error
		if errors.As(err, &told) {
			f.Reason = told.GetMessage()
			if t := told.GetToken(); t != nil && t.Position != nil {
				f.Line = t.Position.Line
			}
		}
		return nil, f
	}
	if len(parsed.Docs) > 1 && parsed.Docs[1].Body != nil {
		return nil, &profile.Fault{File: file, Line: line(parsed.Docs[1].Body), Reason: "a second document: want one"}
	}
	if len(bytes.TrimSpace(data)) == 0 || len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil || parsed.Docs[0].Body.Type() == ast.CommentType {
		return nil, &profile.Fault{File: file, Line: 1, Reason: "empty: want a scenario, such as `link: wifi6-busy`"}
	}
	return parsed.Docs[0].Body, nil
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// linkKeys are the keys of a link file: package profile reads those.
var linkKeys = []string{"description", "both", "down", "up", "wifi", "traffic", "hops"}

// isScenario tells scenario files from link files and traces: by name, or else by their first line, which in YAML is a
// key, and then by the keys.
func isScenario(name string, data []byte) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
	case ".csv", ".txt":
		return false
	default:
		if !looksLikeYAML(data) {
			return false
		}
	}
	body, err := document(name, data)
	if err != nil {
		return true // and be told why not
	}
	pairs, ok := pairsOf(body)
	return !ok || !slices.ContainsFunc(pairs, func(p *ast.MappingValueNode) bool { return slices.Contains(linkKeys, p.Key.GetToken().Value) }) ||
		slices.ContainsFunc(pairs, func(p *ast.MappingValueNode) bool { return p.Key.GetToken().Value == "link" })
}

func looksLikeYAML(data []byte) bool {
	for text := range bytes.Lines(data) {
		text = bytes.TrimSpace(text)
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		key, rest, found := bytes.Cut(text, []byte(":"))
		return bytes.HasPrefix(text, []byte("---")) || text[0] == '{' ||
			found && len(bytes.Trim(key, "abcdefghijklmnopqrstuvwxyz_")) == 0 && (len(rest) == 0 || rest[0] == ' ')
	}
	return false
}
