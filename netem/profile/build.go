package profile

import (
	"errors"
	"fmt"
	"slices"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/traffic"
	"airbridge/netem/wifi"
)

// maxHops bounds how many hops a link may have.
const maxHops = 16

// Validate returns everything that is wrong with the description, each a *Fault with its key, joined.
func (s Spec) Validate() error {
	_, err := s.convert()
	return err
}

// Build returns the medium that the description means, for any number of sessions: a session beyond those of a Wi-Fi cell
// brings a headset of its own into it. All its random draws come from the seed, each part's from a stream of its own:
// "link/down/loss", in later hops "link/hop2/down/loss".
//
// As a netem.Gauge the medium tells of a path what all sessions share, of a cell what the first headset has. Cross traffic
// does not come out, and its statistics are not reachable from here: package traffic has them.
func (s Spec) Build(seed uint64) (netem.Medium, error) {
	hops, err := s.convert()
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	var media []netem.Medium
	for i, h := range hops {
		name := "link"
		if i > 0 {
			name = fmt.Sprintf("link/hop%d", i+1)
		}
		medium, err := h.build(seed, name, i)
		if err != nil {
			return nil, err
		}
		media = append(media, medium)
	}
	if len(media) == 1 {
		return media[0], nil
	}
	return netem.Chain(media...), nil
}

// hop is a Hop, converted.
type hop struct {
	paths   [netem.Dirs]parts
	wifi    *wifi.Config
	traffic *traffic.Config
}

// convert turns the description into the configurations of the packages that do the work, which check them.
func (s Spec) convert() ([]hop, error) {
	var list []error
	f := faults{list: &list}
	hops := []hop{s.Hop.convert(f)}
	if len(s.Hops) > maxHops {
		f.at("hops").addf("%d hops: want at most %d", len(s.Hops), maxHops)
		return nil, errors.Join(list...)
	}
	for i, h := range s.Hops {
		hops = append(hops, h.convert(f.item("hops", i)))
	}
	return hops, errors.Join(list...)
}

func (h Hop) convert(f faults) (c hop) {
	if h.Both != nil && h.Down != nil && h.Up != nil {
		f.at("both").addf("unused: down and up are both given")
	}
	var again []error // a fault of Both is told once
	both := f.at("both")
	for d, own := range [netem.Dirs]*Path{h.Down, h.Up} {
		at := f.at(netem.Dir(d).String())
		if own == nil {
			own, at, both = h.Both, both, faults{list: &again}
		}
		if own != nil {
			c.paths[d] = own.parts(at)
		}
	}
	if h.WiFi != nil {
		config := h.WiFi.config(f.at("wifi"))
		c.wifi = &config
	}
	if h.Traffic != nil {
		config := h.Traffic.config(f.at("traffic"))
		c.traffic = &config
	}
	return c
}

// build puts a hop together.
func (h hop) build(seed uint64, name string, index int) (netem.Medium, error) {
	var media []netem.Medium
	first := uint16(netem.FlowOwn + index*traffic.MaxFlows)
	if h.wifi != nil {
		cell, err := h.cell(seed, name, first)
		if err != nil {
			return nil, err
		}
		media = append(media, cell)
	}
	down, up := h.paths[netem.Down].media(seed, name+"/down"), h.paths[netem.Up].media(seed, name+"/up")
	if len(down)+len(up) > 0 {
		media = append(media, netem.Duplex(netem.Chain(down...), netem.Chain(up...)))
	}
	medium := netem.Chain(media...)
	if len(media) == 1 {
		medium = media[0]
	}
	if h.traffic == nil {
		return medium, nil
	}
	config := *h.traffic
	config.FirstFlow = first
	return traffic.New(medium, config, seed, name+"/traffic")
}

// cell builds the Wi-Fi cell of a hop. Each flow of cross traffic is a station of its own, with a radio like the first
// headset's, but it stays on the channel.
func (h hop) cell(seed uint64, name string, first uint16) (netem.Medium, error) {
	config := *h.wifi
	config.Seed = seed
	if name != "link" { // a cell's streams have fixed names
		config.Seed = stream.New(seed, name+"/wifi").Uint64()
	}
	if h.traffic != nil {
		radio := config.Headsets[0]
		radio.Scan, radio.Roam = wifi.Scan{}, wifi.Roam{}
		config.Guests, config.FirstGuest = slices.Repeat([]wifi.Radio{radio}, h.traffic.Count()), first
	}
	return wifi.New(config)
}
