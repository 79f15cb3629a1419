// Package profile describes links: a Spec says what a link is made of, in Go or in YAML, and builds the medium; a Profile
// is a Spec with a name that a person recognises. docs/links.md is the user's guide to both.
package profile

import (
	"time"

	"airbridge/netem/trace"
	"airbridge/units"
)

// Spec describes a link: one hop, or several in a row. The zero value is a link without limit, delay and loss.
//
// In this and the types below it, the tag zero:"unset" is on what has a default other than zero: in Go zero selects it, in a
// file a zero is refused, because nobody who writes one means a default.
type Spec struct {
	// Description says in a sentence what the link is; it changes nothing.
	Description string `yaml:"description"`
	// Hop is the link, or the first of several.
	Hop `yaml:",inline"`
	// Hops come after it. Packets of both directions pass the hops in this order.
	Hops []Hop `yaml:"hops"`

	lines map[string]int // of each key in the file it was read from
}

// Hop is one link of a row. A packet passes the Wi-Fi cell, if there is one, and then the path of its direction.
type Hop struct {
	// Both describes the direction that has no description of its own.
	Both *Path `yaml:"both"`
	// Down is the way to the client, Up the way to the streamer.
	Down *Path `yaml:"down"`
	Up   *Path `yaml:"up"`
	// WiFi is a Wi-Fi cell, which both directions share.
	WiFi *WiFi `yaml:"wifi"`
	// Traffic shares the hop: the cell, in which each flow is a station with a radio like a headset's that neither scans nor
	// roams, and the paths.
	Traffic *Traffic `yaml:"traffic"`
}

// Path is one direction of a hop. A packet meets its parts in the order of the fields: outages, the bottleneck, losses,
// faults, the delay.
type Path struct {
	// Outages are times at which nothing passes.
	Outages *Outages `yaml:"outages"`

	// Rate limits it; or Steps do, or a trace. None of them: no limit.
	Rate  units.Bitrate `yaml:"rate" zero:"unset"`
	Steps []Step        `yaml:"steps"`
	// Repeat is after what time Steps begin again. Zero: the last one stays.
	Repeat time.Duration `yaml:"repeat"`
	// Trace is a capacity file (package trace says which), relative to the file that names it. TraceFormat is auto (the
	// default), columns, csv or mahimahi. It begins again at its end, but not with TraceOnce: a rate then stays as it is.
	Trace       string `yaml:"trace"`
	TraceFormat string `yaml:"trace_format"`
	TraceOnce   bool   `yaml:"trace_once"`
	// Queue keeps what waits. Default: drop-tail of 100 ms.
	Queue *Queue `yaml:"queue"`

	// Loss is random loss.
	Loss *Loss `yaml:"loss"`
	// Duplicate and Corrupt are the shares of packets that come twice, and that come with a damage which the checksum
	// missed.
	Duplicate Share `yaml:"duplicate"`
	Corrupt   Share `yaml:"corrupt"`

	// Delay is the propagation delay, one way; Jitter varies it.
	Delay  time.Duration `yaml:"delay"`
	Jitter *Jitter       `yaml:"jitter"`
	// DelayTrace is a file of delays by time (package trace), which adds to Delay.
	DelayTrace string `yaml:"delay_trace"`

	capacity *trace.Capacity // of Trace, once loaded
	delays   *trace.Delays   // of DelayTrace, once loaded
}

// Share is a part of a whole, 0 to 1; in YAML 0.01 or 1%.
type Share float64

// Step is a rate from an instant on.
type Step struct {
	// At counts from the start of the run, or of the round. The first step's is zero.
	At time.Duration `yaml:"at"`
	// Rate may be zero: the link stalls. In YAML that is 0.
	Rate units.Bitrate `yaml:"rate"`
}

// Queue is a queue discipline.
type Queue struct {
	// Kind is drop-tail (the default), codel, fq-codel, dualpi2 or step.
	Kind string `yaml:"kind"`
	// Time, Bytes and Packets limit it; the tightest counts. A drop-tail queue without any has a limit of 100 ms.
	Time    time.Duration   `yaml:"time" zero:"unset"`
	Bytes   units.ByteCount `yaml:"bytes" zero:"unset"`
	Packets int             `yaml:"packets" zero:"unset"`
	// Target is the wait that codel, fq-codel and dualpi2 aim at, Interval the interval of codel and fq-codel. Zero: the
	// discipline's own default, as package queue has it.
	Target   time.Duration `yaml:"target" zero:"unset"`
	Interval time.Duration `yaml:"interval" zero:"unset"`
	// Threshold is the wait above which step, and the low-latency queue of dualpi2, mark packets. Zero: the default.
	Threshold time.Duration `yaml:"threshold" zero:"unset"`
	// Spare lets step pass what cannot be marked, instead of dropping it.
	Spare bool `yaml:"spare"`
}

// Loss is random and planned loss; all that is given counts together.
type Loss struct {
	// Share is the share of packets lost independently of each other.
	Share Share `yaml:"share"`
	// Bursty is loss in bursts.
	Bursty *Bursty `yaml:"bursty"`
	// Bursts are planned losses.
	Bursts []Burst `yaml:"bursts"`
	// Every loses the last of each so many packets.
	Every int `yaml:"every" zero:"unset"`
}

// Bursty is loss by Gilbert and Elliott: a good state and a bad one, which may change after every packet.
type Bursty struct {
	// ToBad and ToGood are the probabilities of a change, LossGood and LossBad those of a loss in the two states.
	ToBad    Share `yaml:"to_bad"`
	ToGood   Share `yaml:"to_good"`
	LossGood Share `yaml:"loss_good"`
	LossBad  Share `yaml:"loss_bad"`
}

// Burst loses some packets in a row.
type Burst struct {
	At      time.Duration `yaml:"at"`
	Packets int           `yaml:"packets" zero:"unset"`
}

// Jitter is what the delay varies by.
type Jitter struct {
	// Shape is gaussian (the default), uniform or pareto.
	Shape string `yaml:"shape"`
	// Spread is the standard deviation of gaussian, the half width of uniform, the scale of pareto.
	Spread time.Duration `yaml:"spread"`
	// Tail is the shape parameter of pareto, 0 to below 1.
	Tail float64 `yaml:"tail"`
	// Cut bounds gaussian and pareto. Zero: 3 and 50 times Spread.
	Cut time.Duration `yaml:"cut" zero:"unset"`
	// Reorder lets packets overtake each other.
	Reorder bool `yaml:"reorder"`
}

// Outages are times at which nothing passes.
type Outages struct {
	// Planned are outages at known times, in order.
	Planned []Window `yaml:"planned"`
	// MeanUp and MeanDown make random ones, with times between them and lengths of exponential distribution.
	MeanUp   time.Duration `yaml:"mean_up" zero:"unset"`
	MeanDown time.Duration `yaml:"mean_down" zero:"unset"`
}

// Window is from From to before To, counted from the start of the run.
type Window struct {
	From time.Duration `yaml:"from"`
	To   time.Duration `yaml:"to"`
}

// Traffic is cross traffic: package traffic says how it behaves.
type Traffic struct {
	Steady []Steady `yaml:"steady"`
	Bulk   []TCP    `yaml:"bulk"`
	Short  []Short  `yaml:"short"`
}

// Steady is a flow at a rate, all the time or on and off.
type Steady struct {
	// Direction is down (the default) or up.
	Direction string        `yaml:"direction"`
	Rate      units.Bitrate `yaml:"rate" zero:"unset"`
	// Packet is the length of a packet. Default 1500.
	Packet      units.ByteCount `yaml:"packet" zero:"unset"`
	On          time.Duration   `yaml:"on"`
	Off         time.Duration   `yaml:"off"`
	Exponential bool            `yaml:"exponential"`
	Start       time.Duration   `yaml:"start"`
	Stop        time.Duration   `yaml:"stop"`
	DSCP        int             `yaml:"dscp"`
}

// TCP is an endless TCP-like flow.
type TCP struct {
	// Count is how many alike there are. Default 1.
	Count int `yaml:"count" zero:"unset"`
	// Direction is down (the default) or up, Control cubic (the default) or reno.
	Direction string `yaml:"direction"`
	Control   string `yaml:"control"`
	// RTT is the part of the round trip that is not this hop. Default 20 ms.
	RTT   time.Duration `yaml:"rtt" zero:"unset"`
	ECN   bool          `yaml:"ecn"`
	Start time.Duration `yaml:"start"`
	Stop  time.Duration `yaml:"stop"`
	DSCP  int           `yaml:"dscp"`
}

// Short is a group of TCP-like flows that fetch files with pauses.
type Short struct {
	TCP `yaml:",inline"`
	// MinSize and MaxSize bound the files. Default 30 to 50 kB (RFC 8867 §5.7).
	MinSize units.ByteCount `yaml:"min_size" zero:"unset"`
	MaxSize units.ByteCount `yaml:"max_size" zero:"unset"`
	// Idle is the mean pause. Default 10 s (RFC 8867 §5.7).
	Idle time.Duration `yaml:"idle" zero:"unset"`
}
