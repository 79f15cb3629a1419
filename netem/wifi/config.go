package wifi

import (
	"cmp"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// Config describes a cell. The zero value is one headset alone on an 80 MHz channel of 802.11ax, as ns-3.37 sets it up.
type Config struct {
	// Seed is the seed of all random draws, each from a stream named "wifi/...".
	Seed uint64
	// Sessions is how many headsets there are to begin with, up to MaxSessions; a packet's Flow says whose it is. The first
	// packet of a session beyond them brings its headset along. Default: as many as Headsets, at least 1.
	Sessions int
	// Headsets are the links of the headsets. Default: one Radio with all defaults. Where there are more sessions than
	// entries, the last entry serves for the rest.
	Headsets []Radio
	// Guests are the links of stations whose packets come from outside, like those of the headsets: cross traffic, up to
	// 256. Guest i has the packets of Flow FirstGuest+i; the default of FirstGuest is netem.FlowOwn, which is the least.
	Guests     []Radio
	FirstGuest uint16
	// Stations are the other stations, up to 128.
	Stations []Station
	// NoWMM makes everything best effort, as ns-3 does with unmarked traffic.
	NoWMM bool
	// EDCA is how each category contends; a zero entry selects the default of the standard.
	EDCA [Categories]EDCA
	// Control is the rate of acknowledgements: 6, 12 or 24 Mbit/s. Default 24 Mbit/s.
	Control units.Bitrate
	// MaxAMPDU is the greatest length of an A-MPDU, up to 6,500,631 bytes. Default 65,535, as in ns-3.37; access points of
	// today do more.
	MaxAMPDU units.ByteCount
	// MaxMPDUs is the greatest number of MPDUs in an A-MPDU, which is the block-ack window: 1 to 256. Default 64.
	MaxMPDUs int
	// Queue is how many packets each category of each session holds in each direction. Default 4096.
	Queue int
	// BackgroundQueue is the same for the other stations. Default 500, ns-3's.
	BackgroundQueue int
	// Lifetime is how long a packet may wait before it expires. Default 500 ms, ns-3's.
	Lifetime time.Duration
	// RetryLimit is how often a packet is sent again before it is given up, up to 255. Default 7.
	RetryLimit int
	// Beacon is the interval of beacons. Default 102.4 ms; negative is none.
	Beacon time.Duration
	// Microwave is an oven near the cell. Default none.
	Microwave Microwave
}

// MaxSessions is how many headsets a cell may have. The packets of a session beyond go to the headset whose number is the
// session's modulo MaxSessions.
const MaxSessions = 64

// Station is a station that is not a headset.
type Station struct {
	// Radio is its link.
	Radio Radio
	// Up is what it sends, Down what it is sent. Default nothing.
	Up, Down OnOff
}

// withDefaults returns a complete configuration that shares nothing with c.
func (c Config) withDefaults() Config {
	if len(c.Headsets) == 0 {
		c.Headsets = []Radio{{}}
	}
	c.Headsets, c.Guests = complete(c.Headsets), complete(c.Guests)
	c.FirstGuest = cmp.Or(c.FirstGuest, netem.FlowOwn)
	stations := c.Stations
	c.Stations = make([]Station, 0, len(stations))
	for _, s := range stations {
		c.Stations = append(c.Stations, Station{Radio: s.Radio.withDefaults(), Up: s.Up.withDefaults(), Down: s.Down.withDefaults()})
	}
	for category := range c.EDCA {
		c.EDCA[category] = cmp.Or(c.EDCA[category], defaultEDCA[category])
	}
	c.Sessions = cmp.Or(c.Sessions, len(c.Headsets))
	c.Control = cmp.Or(c.Control, 24*units.Mbps)
	c.MaxAMPDU = cmp.Or(c.MaxAMPDU, 65_535)
	c.MaxMPDUs = cmp.Or(c.MaxMPDUs, 64)
	c.Queue = cmp.Or(c.Queue, 4096)
	c.BackgroundQueue = cmp.Or(c.BackgroundQueue, 500)
	c.Lifetime = cmp.Or(c.Lifetime, 500*time.Millisecond)
	c.RetryLimit = cmp.Or(c.RetryLimit, 7)
	c.Beacon = cmp.Or(c.Beacon, 102_400*time.Microsecond)
	c.Microwave = c.Microwave.withDefaults()
	return c
}

func complete(radios []Radio) []Radio {
	list := make([]Radio, len(radios))
	for i, r := range radios {
		list[i] = r.withDefaults()
	}
	return list
}

func (r Radio) withDefaults() Radio {
	r.Width = cmp.Or(r.Width, 80)
	r.Streams = cmp.Or(r.Streams, 1)
	r.MCS = cmp.Or(r.MCS, 9)
	longest := 3200 * time.Nanosecond
	if r.Standard == VHT {
		longest = 800 * time.Nanosecond
	}
	r.GuardInterval = cmp.Or(r.GuardInterval, longest)
	if r.Fading.SNR != 0 {
		r.Fading.Correlation = cmp.Or(r.Fading.Correlation, 100*time.Millisecond)
		r.Fading.Lag = cmp.Or(r.Fading.Lag, 20*time.Millisecond)
		r.Fading.Margin = cmp.Or(r.Fading.Margin, 2)
		r.Fading.Hysteresis = cmp.Or(r.Fading.Hysteresis, 1)
	}
	if r.Scan.Every > 0 {
		r.Scan.For = cmp.Or(r.Scan.For, 60*time.Millisecond)
		r.Scan.First = cmp.Or(r.Scan.First, r.Scan.Every)
	}
	if r.Roam.Mean > 0 {
		r.Roam.For = cmp.Or(r.Roam.For, 100*time.Millisecond)
	}
	return r
}

func (o OnOff) withDefaults() OnOff {
	o.Size = cmp.Or(o.Size, 1428)
	o.OnMean = cmp.Or(o.OnMean, 500*time.Millisecond)
	o.OffMean = cmp.Or(o.OffMean, time.Second)
	o.OffShape = cmp.Or(o.OffShape, 1.5)
	return o
}

func (m Microwave) withDefaults() Microwave {
	if m.For > 0 {
		m.Mains = cmp.Or(m.Mains, 20*time.Millisecond)
		m.Duty = cmp.Or(m.Duty, 0.4)
		m.Loss = cmp.Or(m.Loss, 0.7)
	}
	return m
}
