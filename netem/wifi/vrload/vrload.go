// Package vrload sends the video frames of scripts/ns3/vr_wifi.cc through a link model, so that a Wi-Fi cell can be
// compared with ns-3. It is sans-I/O and deterministic.
package vrload

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/wifi"
	"airbridge/units"
)

// Workload is a configuration of vr_wifi.cc: a headset that gets frames of video, and other stations that upload while
// they are on. Its fields are that program's options.
type Workload struct {
	// FPS is the video's frames a second, 1 to 1000; Mbps its mean rate of UDP payload in Mbit/s, 0.1 to 2000.
	FPS, Mbps float64
	// Stations is the number of stations, the headset included, 1 to 129.
	Stations int
	// Background is the rate of every other station while on, in Mbit/s of UDP payload, 0 for silent ones.
	Background float64
	// MCS is the HE MCS of all data, 0 to 11.
	MCS int
	// On and Off are the means of the others' periods.
	On, Off time.Duration
	// Priority is the user priority of the video: 0 best effort, 5 video, 6 voice. Everything else is best effort.
	Priority int
	// Duration is how long video is sent.
	Duration time.Duration
}

// Default is the workload that vr_wifi runs without options.
func Default() Workload {
	return Workload{FPS: 72, Mbps: 80, Stations: 1, MCS: 9, On: 500 * time.Millisecond, Off: time.Second, Duration: time.Minute}
}

// Frame is what became of a frame of video.
type Frame struct {
	// Sent is when the last of its packets was sent, Last when the last of them arrived.
	Sent, Last netem.True
	// Size is its length in bytes, Packets the datagrams it took, Received how many arrived.
	Size, Packets, Received int
}

// Complete reports whether all of the frame arrived.
func (f *Frame) Complete() bool { return f.Received == f.Packets }

// Delay is the time from sending to the arrival of the last packet.
func (f *Frame) Delay() time.Duration { return f.Last.Sub(f.Sent) }

const (
	payload = 1200 // bytes of a video datagram
	// start is when the video begins, after the association in ns-3; drain is how long the last frames have to arrive.
	start = netem.True(time.Second)
	drain = 500 * time.Millisecond
)

// Validate returns all faults of a workload.
func (w Workload) Validate() error {
	var faults []error
	in := func(key string, got, low, high float64) {
		if !(got >= low && got <= high) {
			faults = append(faults, fmt.Errorf("%s %v: want %v to %v", key, got, low, high))
		}
	}
	in("fps", w.FPS, 1, 1000)
	in("mbps", w.Mbps, 0.1, 2000)
	in("stas", float64(w.Stations), 1, 129)
	in("bg", w.Background, 0, 2000)
	in("mcs", float64(w.MCS), 0, 11)
	in("onS", w.On.Seconds(), 0.001, 3600)
	in("offS", w.Off.Seconds(), 0.001, 3600)
	in("simTime", w.Duration.Seconds(), 0.1, 24*3600)
	if w.Priority != 0 && w.Priority != 5 && w.Priority != 6 {
		faults = append(faults, fmt.Errorf("priority %d: want 0, 5 or 6", w.Priority))
	}
	return errors.Join(faults...)
}

// Config is the cell of the workload: what ns-3.37 sets up by default.
func (w Workload) Config(seed uint64) wifi.Config {
	radio := wifi.Radio{MCS: w.MCS}
	if w.MCS == 0 {
		radio.MCS = wifi.MCS0
	}
	cfg := wifi.Config{Seed: seed, Headsets: []wifi.Radio{radio}, NoWMM: w.Priority == 0}
	for i := 1; i < w.Stations && w.Background > 0; i++ {
		cfg.Stations = append(cfg.Stations, wifi.Station{Radio: radio, Up: wifi.OnOff{
			Rate: units.Bitrate(w.Background * 1e6), Start: time.Duration(1200+10*i) * time.Millisecond,
			OnMean: w.On, OffMean: w.Off,
		}})
	}
	return cfg
}

// Run sends the video through a fresh cell and returns its frames, in order.
func (w Workload) Run(seed uint64) ([]Frame, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	cell, err := wifi.New(w.Config(seed))
	if err != nil {
		return nil, err
	}
	return w.Through(cell, seed), nil
}

// Through sends the video through any medium.
func (w Workload) Through(medium netem.Medium, seed uint64) []Frame {
	r := run{
		Workload: w, medium: medium, draw: stream.New(seed, "vrload"),
		frames: make([]Frame, 0, int(w.Duration.Seconds()*w.FPS*1.1)+16),
	}
	end := start.Add(w.Duration)
	for now := start; now < end; {
		r.deliver(now)
		r.send(now)
		now = now.Add(r.gap())
	}
	r.deliver(end.Add(drain))
	return r.frames
}

// run is a workload under way. Packets are numbered by frame.
type run struct {
	Workload
	medium netem.Medium
	draw   *rand.Rand
	frames []Frame
	train  []netem.Packet
	out    []netem.Packet
}

// deliver lets the medium do everything due by now, each thing at its instant.
func (r *run) deliver(now netem.True) {
	for t := r.medium.Next(); t <= now; t = r.medium.Next() {
		r.out = r.medium.Deliver(t, r.out[:0])
		for i := range r.out {
			if p := &r.out[i]; p.Fate == netem.Arrived {
				f := &r.frames[p.ID]
				f.Received++
				f.Last = t
			}
		}
	}
}

// send sends the next frame at now, all packets at once. Logistic sizes as in vr_wifi.cc.
func (r *run) send(now netem.True) {
	mean := r.Mbps * 1e6 / 8 / r.FPS
	scale := mean * 0.17843005544386825 * math.Pow(r.Mbps, -0.24033549)
	size := min(max(r.logistic(mean, scale), 200), 2*mean)
	packets := int(math.Ceil(size / payload))
	id := uint32(len(r.frames))
	r.frames = append(r.frames, Frame{Sent: now, Size: int(size), Packets: packets})
	for len(r.train) < packets {
		r.train = append(r.train, netem.Packet{Size: payload + netem.Overhead, DSCP: r.dscp()})
	}
	for k := range r.train[:packets] {
		r.train[k].ID = id
	}
	r.medium.Admit(now, r.train[:packets])
}

// dscp is the code point of the video's category.
func (r *run) dscp() uint8 {
	switch r.Priority {
	case 5:
		return 34 // AF41
	case 6:
		return 46 // EF
	}
	return 0
}

// gap is the time to the next frame.
func (r *run) gap() time.Duration {
	gap := r.logistic(1/r.FPS, 0.03720502322046791/r.FPS)
	return time.Duration(1e9 * min(max(gap, 0.2/r.FPS), 1.8/r.FPS))
}

func (r *run) logistic(location, scale float64) float64 {
	u := 1e-9 + r.draw.Float64()*(1-2e-9)
	return location + scale*math.Log(u/(1-u))
}
