package scenarios

import (
	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/sim"
)

// links are the link profiles, each with a session at the defaults.
func links() []Scenario {
	var all []Scenario
	for _, p := range profile.List() {
		all = append(all, linked(p, "link"))
	}
	return all
}

// linked is a session over a link.
func linked(p profile.Profile, family string) Scenario {
	s := Scenario{Title: p.Brief, Family: family, About: p.Detail, Source: p.Source, Expect: all("frames_unaccounted == 0")}
	s.Name = p.Name
	s.over(p.Name, p.Spec)
	return s
}

// over puts the scenario on a link. Sessions must be there already: each is a headset of its own in a Wi-Fi cell.
func (s *Scenario) over(name string, spec profile.Spec) {
	headsets(spec.WiFi, s.Sessions)
	for i := range spec.Hops {
		headsets(spec.Hops[i].WiFi, s.Sessions)
	}
	s.LinkName = name
	s.Link = func(seed uint64) (netem.Medium, error) { return spec.Build(seed) }
}

func headsets(cell *profile.WiFi, sessions []sim.Session) {
	if cell != nil && cell.Sessions == 0 {
		cell.Sessions = max(len(sessions), 1)
	}
}
