package profile

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"airbridge/netem/trace"
)

// Profile is a link with a name.
type Profile struct {
	// Name is what people call it by: lower case with hyphens, or the file it came from.
	Name string
	// Brief describes it in one line, Detail in a few sentences, as Markdown.
	Brief, Detail string
	// Source says where its numbers come from, and what of it has no outside truth.
	Source string
	// Spec is the link.
	Spec Spec
}

// Named returns the profile of a name.
func Named(name string) (Profile, bool) {
	for _, p := range List() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// Names returns the names of all profiles, in the order of List.
func Names() []string {
	var names []string
	for _, p := range List() {
		names = append(names, p.Name)
	}
	return names
}

// List returns all named profiles, the plain ones first. Each call makes them anew: the caller may change them.
func List() []Profile {
	return slices.Concat(wired(), indoor(), disturbed(), impaired(), delayed(), shared())
}

// Open returns the profile that a word on a command line means: a name, a link file in YAML, or a capacity trace, which
// stands for a link of 2 ms each way whose both directions have that capacity, with a drop-tail queue of 100 ms. Read
// reads a file; it is called for what is no name only.
func Open(nameOrFile string, read func(name string) ([]byte, error)) (Profile, error) {
	if p, ok := Named(nameOrFile); ok {
		return p, nil
	}
	if read == nil {
		return Profile{}, unknown(nameOrFile)
	}
	data, err := read(nameOrFile)
	if err != nil {
		if !strings.ContainsAny(nameOrFile, "./\\") {
			return Profile{}, unknown(nameOrFile)
		}
		return Profile{}, fmt.Errorf("link %s: %w", nameOrFile, err)
	}
	p := Profile{Name: path.Base(strings.ReplaceAll(nameOrFile, "\\", "/"))}
	if !isYAML(nameOrFile, data) {
		p.Brief, p.Source = "capacity trace "+p.Name, "the file"
		p.Spec, err = fromTrace(nameOrFile, data)
		return p, err
	}
	if p.Spec, err = Parse(nameOrFile, data, read); err != nil {
		return Profile{}, err
	}
	p.Brief, p.Source = p.Spec.Description, "the file"
	if p.Brief == "" {
		p.Brief = "link file " + p.Name
	}
	return p, nil
}

func unknown(name string) error {
	known := Names()
	hint := ""
	if best, distance := nearest(name, known); distance <= max(2, len(name)/3) {
		hint = fmt.Sprintf("did you mean %s? ", best)
	}
	return fmt.Errorf("link %q: no such profile or file: %sprofiles are %s", name, hint, strings.Join(known, ", "))
}

// isYAML tells link files from traces: by name, or else by the first line, which in YAML is a key.
func isYAML(name string, data []byte) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		return true
	case ".csv", ".txt":
		return false
	}
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

// fromTrace makes a link of a capacity.
func fromTrace(name string, data []byte) (Spec, error) {
	capacity, err := trace.Parse(name, bytes.NewReader(data), trace.Auto)
	if err != nil {
		return Spec{}, err
	}
	path := &Path{Trace: name, Delay: 2 * time.Millisecond, Queue: &Queue{Time: defaultDepth}, capacity: capacity}
	return Spec{Description: "capacity trace " + name, Hop: Hop{Both: path}}, nil
}
