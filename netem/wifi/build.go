package wifi

import (
	"fmt"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
)

// build makes the cell of a complete and valid configuration.
func build(cfg Config) *Cell {
	c := &Cell{
		cfg: cfg, answers: newAnswers(cfg.Control, cfg.MaxMPDUs), next: stale,
		drawBackoff: stream.New(cfg.Seed, "wifi/backoff"), drawLoss: stream.New(cfg.Seed, "wifi/loss"),
	}
	// Radios and contenders are pointed at: they must not move.
	c.radios = make([]radio, 0, cfg.Sessions+len(cfg.Stations))
	categories := len(c.categories())
	c.contenders = make([]contender, 0, 1+categories*(1+cfg.Sessions+len(cfg.Stations)))
	c.onAir = make([]*contender, 0, cap(c.contenders))
	c.routes = make([]route, cfg.Sessions)

	if cfg.Beacon > 0 {
		c.addBeacon()
	}
	ap := c.addDevice(accessPoint)
	for s := range cfg.Sessions {
		radio := c.addRadio(cfg.Headsets[min(s, len(cfg.Headsets)-1)])
		c.addRoute(s, netem.Down, ap, radio)
		c.addRoute(s, netem.Up, c.addDevice(int32(s)), radio)
	}
	for i := range cfg.Stations {
		c.addStation(i, ap)
	}
	return c
}

// device is a device's contender for each category; without WMM one serves all.
type device [Categories]*contender

// categories returns the access categories in use, the highest first: that is their order within a device, where the
// higher wins an internal collision.
func (c *Cell) categories() []Category {
	if c.cfg.NoWMM {
		return []Category{BestEffort}
	}
	return []Category{Voice, Video, BestEffort, Background}
}

func (c *Cell) addDevice(id int32) (d device) {
	for _, category := range c.categories() {
		d[category] = c.addContender(id, c.cfg.EDCA[category])
	}
	for category, n := range d {
		if n == nil {
			d[category] = d[BestEffort]
		}
	}
	return d
}

func (c *Cell) addContender(id int32, e EDCA) *contender {
	c.contenders = append(c.contenders, contender{
		edca: e, device: id, window: e.CWMin, wake: later,
		aifs: netem.True(e.AIFSN) * slot,
	})
	return &c.contenders[len(c.contenders)-1]
}

func (c *Cell) addRoute(session int, dir netem.Dir, d device, r *radio) {
	for category, n := range d {
		if c.cfg.NoWMM && Category(category) != BestEffort {
			continue
		}
		q := &queue{owner: n, radio: r, limit: c.cfg.Queue, ring: make([]entry, ringSize(c.cfg.Queue))}
		n.queues = append(n.queues, q)
		c.routes[session][dir][category] = q
	}
	for category, q := range c.routes[session][dir] {
		if q == nil {
			c.routes[session][dir][category] = c.routes[session][dir][BestEffort]
		}
	}
}

// addStation adds a station with background traffic. It contends in one category a direction.
func (c *Cell) addStation(i int, ap device) {
	s, id := &c.cfg.Stations[i], int32(c.cfg.Sessions+i)
	r := c.addRadio(s.Radio)
	if s.Up.Rate > 0 {
		n := c.addContender(id, c.cfg.EDCA[c.inUse(s.Up.Category)])
		c.addTraffic(n, r, s.Up, fmt.Sprintf("wifi/onoff/%d/up", i))
	}
	if s.Down.Rate > 0 {
		c.addTraffic(ap[s.Down.Category], r, s.Down, fmt.Sprintf("wifi/onoff/%d/down", i))
	}
}

// inUse returns the category that traffic of a category really gets.
func (c *Cell) inUse(category Category) Category {
	if c.cfg.NoWMM {
		return BestEffort
	}
	return category
}

// addTraffic gives a contender a queue that fills itself.
func (c *Cell) addTraffic(n *contender, r *radio, t OnOff, name string) {
	q := &queue{owner: n, radio: r, limit: c.cfg.BackgroundQueue, source: newSource(t, stream.New(c.cfg.Seed, name))}
	n.queues = append(n.queues, q)
	n.wake = min(n.wake, q.source.next)
}

func (c *Cell) addBeacon() {
	n := c.addContender(accessPoint, EDCA{AIFSN: 1}) // PIFS and no backoff
	n.every = c.cfg.Beacon
	n.wake = netem.True(stream.New(c.cfg.Seed, "wifi/beacon").Int64N(int64(c.cfg.Beacon)))
}

func (c *Cell) addRadio(r Radio) *radio {
	c.radios = append(c.radios, newRadio(r, c.cfg.Seed, len(c.radios)))
	return &c.radios[len(c.radios)-1]
}

// beaconAirtime is what a beacon of ns-3.37's access point takes at 6 Mbit/s.
const beaconAirtime = 284 * time.Microsecond
