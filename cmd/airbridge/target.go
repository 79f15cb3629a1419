package main

import (
	"fmt"
	"path/filepath"
)

// target is a file that a flag has a command write.
type target struct{ flag, path string }

// checkFiles looks before the work whether its files can be written, each apart from the others. Standard output, "-",
// and no file at all are always good.
func checkFiles(targets ...target) error {
	seen := map[string]string{}
	for _, t := range targets {
		if t.path == "" || t.path == "-" {
			continue
		}
		if err := checkWritable(t.path); err != nil {
			return fmt.Errorf("%s: %w", t.flag, err)
		}
		path := filepath.Clean(t.path)
		if other, taken := seen[path]; taken {
			return fmt.Errorf("%s %s: %s writes there", t.flag, t.path, other)
		}
		seen[path] = t.flag
	}
	return nil
}

// checkPage refuses what no page is written to.
func checkPage(path string) error {
	if path == "-" {
		return fmt.Errorf("--report -: want a file, such as report.html")
	}
	return nil
}
