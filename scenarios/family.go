package scenarios

import "strings"

// families are the families of the catalogue in the order in which they are listed.
var families = []struct {
	name, title string
	list        func() []Scenario
}{
	{"link", "links: a session over each link profile", links},
	{"rfc8867", "RFC 8867: congestion control for interactive media", rfc8867},
	{"rfc8869", "RFC 8869: the same over Wi-Fi", rfc8869},
	{"drift", "drift: clocks that go wrong for an hour", drifts},
	{"trouble", "trouble: losses, outages, a capacity that falls", troubles},
	{"machine", "machines: games, displays and systems that are slow or uneven", machines},
}

// Families returns the names of the families of the catalogue, separated by commas.
func Families() string {
	var names []string
	for _, f := range families {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// FamilyTitle returns what a family has in common, in a line; the name itself of a family that is not in the catalogue.
func FamilyTitle(family string) string {
	for _, f := range families {
		if f.name == family {
			return f.title
		}
	}
	return family
}
