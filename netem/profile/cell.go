package profile

import (
	"cmp"
	"fmt"

	"airbridge/netem/wifi"
)

var (
	standards  = map[string]wifi.Standard{"": wifi.HE, "wifi6": wifi.HE, "wifi5": wifi.VHT}
	categories = map[string]wifi.Category{
		"": wifi.BestEffort, "best-effort": wifi.BestEffort, "voice": wifi.Voice,
		"video": wifi.Video, "background": wifi.Background,
	}
)

// config converts the cell and records what is wrong with it.
func (w *WiFi) config(f faults) wifi.Config {
	standard, ok := standards[w.Standard]
	if !ok {
		f.at("standard").addf("%q: want wifi6 or wifi5", w.Standard)
	}
	c := wifi.Config{
		Sessions: w.Sessions, Headsets: []wifi.Radio{w.Headset.config(f.at("headset"), standard, w.Width)}, NoWMM: w.NoWMM,
		MaxAMPDU: w.MaxAMPDU, MaxMPDUs: w.MaxMPDUs, Queue: w.Queue, Lifetime: w.Lifetime, RetryLimit: w.RetryLimit,
	}
	if m := w.Microwave; m != nil && given(f, "microwave.for", m.For) {
		c.Microwave = wifi.Microwave{From: m.From, For: m.For, Every: m.Every, Mains: m.Mains, Duty: float64(m.Duty), Loss: float64(m.Loss)}
	}
	var of []int // the entry that each station comes from
	for i, s := range w.Stations {
		at := f.item("stations", i)
		station := wifi.Station{Radio: s.Radio.config(at, standard, w.Width), Up: s.Up.config(at.at("up")), Down: s.Down.config(at.at("down"))}
		if s.Up == nil && s.Down == nil {
			at.addf("neither up nor down: it would do nothing")
		}
		if n := len(of) + max(s.Count, 1); n > maxStations {
			at.addf("%d stations: want at most %d", n, maxStations)
			break
		}
		for range max(s.Count, 1) {
			of, c.Stations = append(of, i), append(c.Stations, station)
		}
	}
	if err := c.Validate(); err != nil {
		f.route(err, wifiKeys(of))
	}
	return c
}

// maxStations is as many as package wifi takes.
const maxStations = 128

// given says whether a key has a value, without which what it belongs to would do nothing, and records where it has none.
func given[T comparable](f faults, key string, value T) bool {
	var none T
	if value == none {
		f.at(key).addf("missing")
	}
	return value != none
}

// Keys of what package wifi finds wrong with a radio, or with the traffic of a station.
var (
	radioKeys = map[string]string{
		"mcs": "mcs", "streams": "streams", "guard interval": "guard_interval", "loss": "loss",
		"fading snr": "fading.snr", "fading sigma": "fading.sigma", "fading correlation": "fading.correlation", "fading lag": "fading.lag",
		"fading margin": "fading.margin", "fading hysteresis": "fading.hysteresis",
		"scan every": "scan.every", "scan for": "scan.for", "scan first": "scan.first", "roam mean": "roam.mean", "roam for": "roam.for",
	}
	onOffKeys = map[string]string{"rate": "rate", "size": "packet", "start": "start", "on mean": "on", "off mean": "off", "off shape": "shape"}
)

// wifiKeys are the keys of what package wifi finds wrong with a cell, each of whose stations comes from an entry.
func wifiKeys(of []int) map[string]string {
	keys := map[string]string{
		"microwave": "microwave", "sessions": "sessions", "max ampdu": "max_ampdu",
		"max mpdus": "max_mpdus", "queue": "queue", "lifetime": "lifetime", "retry limit": "retry_limit",
	}
	for _, k := range []string{"from", "for", "every", "mains", "duty", "loss"} {
		keys["microwave "+k] = "microwave." + k
	}
	add := func(words, key string, below map[string]string) {
		keys[words] = key
		for w, k := range below {
			keys[words+" "+w] = key + "." + k
		}
	}
	add("headset 0", "headset", radioKeys)
	keys["headset 0 width"] = "width"
	for station, i := range of {
		words, key := fmt.Sprintf("station %d", station), fmt.Sprintf("stations[%d]", i)
		add(words, key, radioKeys)
		add(words+" up", key+".up", onOffKeys)
		add(words+" down", key+".down", onOffKeys)
		keys[words+" width"] = "width"
	}
	return keys
}

func (r Radio) config(f faults, standard wifi.Standard, width int) wifi.Radio {
	c := wifi.Radio{Standard: standard, Width: width, Streams: r.Streams, GuardInterval: r.GuardInterval, Loss: float64(r.Loss)}
	if r.MCS != nil {
		c.MCS = cmp.Or(*r.MCS, wifi.MCS0)
	}
	if d := r.Fading; d != nil && given(f, "fading.snr", d.SNR) {
		c.Fading = wifi.Fading{SNR: d.SNR, Sigma: d.Sigma, Correlation: d.Correlation, Lag: d.Lag, Margin: d.Margin, Hysteresis: d.Hysteresis}
	}
	if s := r.Scan; s != nil && given(f, "scan.every", s.Every) {
		c.Scan = wifi.Scan{Every: s.Every, For: s.For, First: s.First}
	}
	if m := r.Roam; m != nil && given(f, "roam.mean", m.Mean) {
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
	given(f, "rate", o.Rate)
	return wifi.OnOff{
		Rate: o.Rate, Size: int32(min(o.Packet, 1<<20)), Start: o.Start, OnMean: o.On, OffMean: o.Off,
		OffShape: o.Shape, Category: category,
	}
}
