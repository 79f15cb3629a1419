package profile

import (
	"fmt"
	"strings"
)

// Markdown returns the chapter on the named profiles: a table, and a paragraph on each.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| profile | what it is |\n|---|---|\n")
	for _, p := range List() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", p.Name, p.Brief)
	}
	for _, p := range List() {
		fmt.Fprintf(&b, "\n**`%s`**: %s\n*Numbers*: %s\n", p.Name, p.Detail, p.Source)
	}
	return b.String()
}
