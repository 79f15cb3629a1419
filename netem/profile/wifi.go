package profile

import (
	"cmp"
	"fmt"
	"time"

	"airbridge/netem/wifi"
	"airbridge/units"
)

// WiFi is a Wi-Fi cell; package wifi says how it behaves and has the defaults.
type WiFi struct {
	// Standard is wifi6 (802.11ax, the default) or wifi5 (802.11ac); Width is the channel's in MHz, default 80.
	Standard string `yaml:"standard"`
	Width    int    `yaml:"width" zero:"unset"`
	// Headset is the link of each headset, Sessions how many there are from the beginning, default 1: each session that turns
	// up brings its own.
	Headset  Radio `yaml:"headset"`
	Sessions int   `yaml:"sessions" zero:"unset"`
	// Stations load the channel.
	Stations []Station `yaml:"stations"`
	// NoWMM makes everything best effort.
	NoWMM bool `yaml:"no_wmm"`
	// MaxAMPDU and MaxMPDUs limit an aggregate, Queue the packets of a queue, Lifetime their wait, RetryLimit their repeats.
	MaxAMPDU   units.ByteCount `yaml:"max_ampdu" zero:"unset"`
	MaxMPDUs   int             `yaml:"max_mpdus" zero:"unset"`
	Queue      int             `yaml:"queue" zero:"unset"`
	Lifetime   time.Duration   `yaml:"lifetime" zero:"unset"`
	RetryLimit int             `yaml:"retry_limit" zero:"unset"`
	// Microwave is an oven near the cell.
	Microwave *Microwave `yaml:"microwave"`
}

// Radio is a station's link.
type Radio struct {
	// MCS is the modulation and coding scheme, default 9, Streams the spatial streams, default 1, GuardInterval the guard
	// interval.
	MCS           *int          `yaml:"mcs"`
	Streams       int           `yaml:"streams" zero:"unset"`
	GuardInterval time.Duration `yaml:"guard_interval" zero:"unset"`
	// Loss is the share of MPDUs lost.
	Loss Share `yaml:"loss"`
	// Fading lets the rate vary, Scan and Roam take the station off the channel.
	Fading *Fading `yaml:"fading"`
	Scan   *Scan   `yaml:"scan"`
	Roam   *Roam   `yaml:"roam"`
}

// Fading is a varying signal-to-noise ratio, in dB, with rate adaptation.
type Fading struct {
	SNR         float64       `yaml:"snr" zero:"unset"`
	Sigma       float64       `yaml:"sigma"`
	Correlation time.Duration `yaml:"correlation" zero:"unset"`
	Lag         time.Duration `yaml:"lag" zero:"unset"`
	Margin      float64       `yaml:"margin" zero:"unset"`
	Hysteresis  float64       `yaml:"hysteresis" zero:"unset"`
}

// Scan is a background scan.
type Scan struct {
	Every time.Duration `yaml:"every" zero:"unset"`
	For   time.Duration `yaml:"for" zero:"unset"`
	First time.Duration `yaml:"first" zero:"unset"`
}

// Roam is a change of access point, at exponential intervals.
type Roam struct {
	Mean time.Duration `yaml:"mean" zero:"unset"`
	For  time.Duration `yaml:"for" zero:"unset"`
}

// Microwave is an oven that disturbs the 2.4 GHz band.
type Microwave struct {
	From  time.Duration `yaml:"from"`
	For   time.Duration `yaml:"for" zero:"unset"`
	Every time.Duration `yaml:"every"`
	Mains time.Duration `yaml:"mains" zero:"unset"`
	Duty  Share         `yaml:"duty" zero:"unset"`
	Loss  Share         `yaml:"loss" zero:"unset"`
}

// Station is a station with on/off traffic, or several alike.
type Station struct {
	// Count is how many there are. Default 1.
	Count int `yaml:"count" zero:"unset"`
	// Radio is its link.
	Radio `yaml:",inline"`
	// Up is what it sends, Down what it is sent.
	Up   *OnOff `yaml:"up"`
	Down *OnOff `yaml:"down"`
}

// OnOff is traffic at a rate during on periods.
type OnOff struct {
	Rate   units.Bitrate   `yaml:"rate" zero:"unset"`
	Packet units.ByteCount `yaml:"packet" zero:"unset"`
	Start  time.Duration   `yaml:"start"`
	// On and Off are the mean periods, Shape the exponent of the off periods' distribution.
	On    time.Duration `yaml:"on" zero:"unset"`
	Off   time.Duration `yaml:"off" zero:"unset"`
	Shape float64       `yaml:"shape" zero:"unset"`
	// Category is best-effort (the default), voice, video or background.
	Category string `yaml:"category"`
}

var (
	standards  = map[string]wifi.Standard{"": wifi.HE, "wifi6": wifi.HE, "wifi5": wifi.VHT}
	categories = map[string]wifi.Category{"": wifi.BestEffort, "best-effort": wifi.BestEffort, "voice": wifi.Voice,
		"video": wifi.Video, "background": wifi.Background}
)

// config converts the cell and records what is wrong with it.
func (w *WiFi) config(f faults) wifi.Config {
	standard, ok := standards[w.Standard]
	if !ok {
		f.at("standard").addf("%q: want wifi6 or wifi5", w.Standard)
	}
	c := wifi.Config{Sessions: w.Sessions, Headsets: []wifi.Radio{w.Headset.config(standard, w.Width)}, NoWMM: w.NoWMM,
		MaxAMPDU: w.MaxAMPDU, MaxMPDUs: w.MaxMPDUs, Queue: w.Queue, Lifetime: w.Lifetime, RetryLimit: w.RetryLimit}
	if m := w.Microwave; m != nil {
		if m.For == 0 {
			f.at("microwave").addf("for: missing")
		} else {
			c.Microwave = wifi.Microwave{From: m.From, For: m.For, Every: m.Every, Mains: m.Mains, Duty: float64(m.Duty), Loss: float64(m.Loss)}
		}
	}
	keys := map[string]string{"headset 0": "headset", "microwave": "microwave", "sessions": "sessions", "max ampdu": "max_ampdu",
		"max mpdus": "max_mpdus", "queue": "queue", "lifetime": "lifetime", "retry limit": "retry_limit", "stations": "stations"}
	for i, s := range w.Stations {
		at := f.item("stations", i)
		station := wifi.Station{Radio: s.Radio.config(standard, w.Width), Up: s.Up.config(at.at("up")), Down: s.Down.config(at.at("down"))}
		if s.Up == nil && s.Down == nil {
			at.addf("neither up nor down: it would do nothing")
		}
		if s.Count > 128 {
			at.at("count").addf("%d: want at most 128", s.Count)
		}
		for range min(max(s.Count, 1), 128) {
			keys[fmt.Sprintf("station %d", len(c.Stations))] = fmt.Sprintf("stations[%d]", i)
			c.Stations = append(c.Stations, station)
		}
	}
	f.route(c.Validate(), keys)
	return c
}

func (r Radio) config(standard wifi.Standard, width int) wifi.Radio {
	c := wifi.Radio{Standard: standard, Width: width, Streams: r.Streams, GuardInterval: r.GuardInterval, Loss: float64(r.Loss)}
	if r.MCS != nil {
		c.MCS = cmp.Or(*r.MCS, wifi.MCS0)
	}
	if d := r.Fading; d != nil {
		c.Fading = wifi.Fading{SNR: d.SNR, Sigma: d.Sigma, Correlation: d.Correlation, Lag: d.Lag, Margin: d.Margin, Hysteresis: d.Hysteresis}
	}
	if s := r.Scan; s != nil {
		c.Scan = wifi.Scan{Every: s.Every, For: s.For, First: s.First}
	}
	if m := r.Roam; m != nil {
		c.Roam = wifi.Roam{Mean: m.Mean, For: m.For}
	}
	return c
}

func (o *OnOff) config(f faults) wifi.OnOff {
	if o == nil {
		return wifi.OnOff{}
	}
	category, ok := categories[o.Category]
	if !ok {
		f.at("category").addf("%q: want best-effort, voice, video or background", o.Category)
	}
	if o.Rate == 0 {
		f.at("rate").addf("missing")
	}
	return wifi.OnOff{Rate: o.Rate, Size: int32(min(o.Packet, 1<<20)), Start: o.Start, OnMean: o.On, OffMean: o.Off,
		OffShape: o.Shape, Category: category}
}
