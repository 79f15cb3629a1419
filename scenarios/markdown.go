package scenarios

import (
	"fmt"
	"strings"
)

// Catalogue returns the chapter of docs/scenarios.md on the catalogue: a table a family.
func Catalogue() string {
	var b strings.Builder
	family := ""
	for _, s := range List() {
		if s.Family != family {
			family = s.Family
			fmt.Fprintf(&b, "\n**%s**\n\n| scenario | what happens | length | expectations |\n|---|---|---|---|\n", FamilyTitle(family))
		}
		var list []string
		for _, e := range s.Expect {
			if e.Metric != "frames_unaccounted" { // everywhere
				list = append(list, "`"+e.String()+"`")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %v | %s |\n", s.Name, s.Title, s.Length(), strings.Join(list, "<br>"))
	}
	return b.String()
}

// Glossary returns the chapter of docs/scenarios.md on the metrics: a table.
func Glossary() string {
	var b strings.Builder
	b.WriteString("\n| metric | unit | of a part | what it is |\n|---|---|---|---|\n")
	for _, m := range metrics {
		part := ""
		switch {
		case m.part != nil && m.whole == nil:
			part = "yes, over time only"
		case m.part != nil:
			part = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Unit(), part, m.About)
	}
	return b.String()
}
