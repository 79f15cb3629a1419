package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"airbridge/internal/spelling"
	"airbridge/scenarios"
)

// openScenario returns the scenario that a word on the command line means: a name or a file.
func openScenario(word string) (scenarios.Scenario, error) {
	if _, named := scenarios.Named(word); !named && !isPath(word) {
		if _, err := os.Stat(word); errors.Is(err, fs.ErrNotExist) {
			return scenarios.Scenario{}, unknownScenario(word)
		}
	}
	return scenarios.Open(word, readInput)
}

// isPath says that a word can only mean a file.
func isPath(word string) bool {
	switch strings.ToLower(filepath.Ext(word)) {
	case ".yaml", ".yml", ".csv", ".txt":
		return true
	}
	return strings.ContainsAny(word, `/\`)
}

// unknownScenario says that a word is no scenario, and which one may be meant.
func unknownScenario(word string) error {
	var known []string
	for _, s := range scenarios.List() {
		known = append(known, s.Name)
	}
	return fmt.Errorf(`scenario %q: no such scenario or file: %s"airbridge sim list" lists all %d of the families %s`,
		word, suggest(word, known), len(known), scenarios.Families())
}

// suggest returns "did you mean X? " with the known words that are near to one, empty where none is.
func suggest(word string, known []string) string {
	const most = 4 // suggestions
	var near []string
	least := max(2, len(word)/3)
	for _, k := range known {
		switch d := spelling.Distance(word, k); {
		case d < least:
			near, least = []string{k}, d
		case d == least:
			near = append(near, k)
		}
	}
	if len(near) == 0 && len(word) > 1 {
		near = slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !strings.Contains(k, word) })
	}
	if len(near) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(near[:min(len(near), most)], " or ") + "? "
}

// maxInput bounds the files that describe what is run: a day of a link's capacity, ten times a second, is 20 MB.
const maxInput = 256 << 20

// readInput reads a file that describes what is run.
func readInput(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", name)
	case info.Size() > maxInput:
		return nil, fmt.Errorf("%s has %d bytes: want at most %d", name, info.Size(), maxInput)
	}
	return os.ReadFile(name)
}
