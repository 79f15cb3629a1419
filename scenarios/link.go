package scenarios

import (
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/sim"
)

// links are the link profiles, each with a session at the defaults.
func links() []Scenario {
	var list []Scenario
	for _, p := range profile.List() {
		s := linked(p, "link")
		for _, text := range linkExpectations[p.Name] {
			s.Expect = append(s.Expect, Want(text)...)
		}
		if p.Name == "capacity-drop" {
			s.Duration = 100 * time.Second // a round of its steps
			s.About += constantRate
		}
		list = append(list, s)
	}
	return list
}

// Links on which a session at the defaults, 72 Mbit/s and IDRs for losses, has to do well. A link that is not named has
// more traffic or loss than a constant rate without parity can live with: its books have to balance, no more.
var (
	quiet = []string{"packets_lost == 0", "lost == 0", "freezes == 0", "displayed_percent from 5s >= 99", "motion_to_photon_p50_ms from 5s < 55"}

	linkExpectations = map[string][]string{
		"perfect": quiet, "usb": quiet, "ethernet": quiet, "wifi6-near": quiet, "wifi6e-160": quiet, "wifi5-near": quiet,
		"wifi6-busy": quiet, "wifi6-crowded": quiet, "asymmetric-uplink": quiet, "heavy-tail": quiet, "browsing": quiet,
		"jittery":         {"packets_lost == 0", "lost == 0", "freezes == 0", "displayed_percent from 5s >= 99"},
		"wifi5-far":       {"freezes <= 3", "displayed_percent from 5s >= 95"},
		"background-scan": {"lost == 0", "freezes == 0", "displayed_percent from 5s >= 97"},
		"mesh-roam":       {"longest_freeze_ms < 400", "displayed_percent from 5s >= 95"},
		"microwave":       {"displayed_percent from 5s to 25s >= 75", "displayed_percent from 27s >= 98", "freezes from 27s == 0"},
		"l4s":             {"freezes == 0", "displayed_percent from 5s >= 95"},
		"outage":          {"displayed_percent from 2s to 9s >= 95", "lost from 10s to 11s > 0"},
		"capacity-drop":   {"displayed_percent from 5s to 59s >= 99", "lost from 62s to 78s > 0", "displayed_percent from 82s >= 99", "freezes from 82s == 0"},
		"bufferbloat":     {"packets_lost > 0", "queue_max_ms 900..1100"},
		"lossy":           {"packet_loss_percent 0.8..1.2"},
		"bursty":          {"packet_loss_percent 6.5..8.5"},
	}
)

// linked is a session over a link.
func linked(p profile.Profile, family string) Scenario {
	s := Scenario{Title: p.Brief, Family: family, About: p.Detail, Source: p.Source, Expect: Want("frames_unaccounted == 0")}
	s.Name = p.Name
	s.Over(p.Name, p.Spec)
	return s
}

// Over puts the scenario on a link, which reports call by that name. The sessions must be there already: each is a headset of
// its own in a Wi-Fi cell.
func (s *Scenario) Over(name string, spec profile.Spec) {
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
