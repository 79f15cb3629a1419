package wifi

import (
	"fmt"
	"strconv"
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
	// Contenders are pointed at: they must not move, not even for the last headset.
	categories := len(c.categories())
	c.contenders = make([]contender, 0, 1+categories*(1+MaxSessions+len(cfg.Guests))+len(cfg.Stations))
	c.onAir = make([]*contender, 0, cap(c.contenders))

	if cfg.Beacon > 0 {
		c.addBeacon()
	}
	c.ap = c.newDevice(accessPoint)
	for range cfg.Sessions {
		c.addHeadset()
	}
	for i, r := range cfg.Guests {
		c.guests = append(c.guests, c.newRoute(newRadio(r, cfg.Seed, fmt.Sprintf("guest/%d", i))))
	}
	for i := range cfg.Stations {
		c.addStation(i)
	}
	return c
}

// addHeadset adds the next headset.
func (c *Cell) addHeadset() {
	s := len(c.headsets)
	r := newRadio(c.cfg.Headsets[min(s, len(c.cfg.Headsets)-1)], c.cfg.Seed, strconv.Itoa(s))
	c.headsets = append(c.headsets, r)
	c.routes = append(c.routes, c.newRoute(r))
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

func (c *Cell) newDevice(id int32) (d device) {
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

// newRoute adds a device whose packets come from outside, and the queues both ways.
func (c *Cell) newRoute(r *radio) (w route) {
	for dir, d := range [netem.Dirs]device{netem.Down: c.ap, netem.Up: c.newDevice(c.nextDevice())} {
		for category, n := range d {
			if c.cfg.NoWMM && Category(category) != BestEffort {
				continue
			}
			q := &queue{owner: n, radio: r, limit: c.cfg.Queue}
			n.queues = append(n.queues, q)
			w[dir][category] = q
		}
		for category, q := range w[dir] {
			if q == nil {
				w[dir][category] = w[dir][BestEffort]
			}
		}
	}
	return w
}

// nextDevice numbers the stations.
func (c *Cell) nextDevice() int32 {
	c.devices++
	return c.devices - 1
}

// addStation adds a station with background traffic. It contends in one category a direction.
func (c *Cell) addStation(i int) {
	s, id := &c.cfg.Stations[i], c.nextDevice()
	r := newRadio(s.Radio, c.cfg.Seed, fmt.Sprintf("station/%d", i))
	if s.Up.Rate > 0 {
		n := c.addContender(id, c.cfg.EDCA[c.inUse(s.Up.Category)])
		c.addTraffic(n, r, s.Up, fmt.Sprintf("wifi/onoff/%d/up", i))
	}
	if s.Down.Rate > 0 {
		c.addTraffic(c.ap[s.Down.Category], r, s.Down, fmt.Sprintf("wifi/onoff/%d/down", i))
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

// beaconAirtime is what a beacon of ns-3.37's access point takes at 6 Mbit/s.
const beaconAirtime = 284 * time.Microsecond
