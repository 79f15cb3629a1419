package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"airbridge/reports"
	"airbridge/reports/page"
)

// writePage writes a page: the report of one run, or the index of several.
func writePage(path string, runs []reports.Run) error {
	return writeFile(path, func(w io.Writer) error {
		if len(runs) == 1 {
			return page.WriteRun(w, runs[0], page.Budget{})
		}
		entries := make([]page.Entry, len(runs))
		for i := range runs {
			entries[i].Run = runs[i]
		}
		return page.WriteIndex(w, "Runs of "+strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), entries, page.Budget{})
	})
}

// writeReport writes a page and says where it is.
func writeReport(c *console, path string, runs []reports.Run) error {
	if err := writePage(path, runs); err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	fmt.Fprintln(c.err, "report:", path)
	return nil
}
