package profile

import (
	"time"

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
