package loopback

import (
	_ "embed" // of the fitted tables
	"encoding/json"
	"fmt"
	"time"

	"airbridge/sim/wake"
)

// fitted holds what the fit command measured. See Fit.
//
//go:embed fitted.json
var fitted []byte

// Fit is what the fit command (airbridge/sim/loopback/fit) measures and this package has built in.
type Fit struct {
	// Provenance says in words what was measured, where and how.
	Provenance string `json:"provenance"`
	// Samples is how many trains of each length were measured in a round, Rounds how many rounds.
	Samples int `json:"samples"`
	Rounds  int `json:"rounds"`
	// Fast has the lowest latency of all rounds at each quantile, Slow the highest: a machine shared with others is fast at
	// times and slow at others, with nothing else running on it.
	Fast Costs `json:"fast"`
	Slow Costs `json:"slow"`
}

// Costs is what the kernel and the processor take. Instants are those of the turns of transport.Driver, by which cores
// stamp what they send.
type Costs struct {
	// Datagram is from the instant of the turn that sends one datagram of DatagramSize to the kernel's receive stamp of it,
	// by how long there was no traffic before, which rises. Train is the same to the last datagram of TrainLength, Burst of 64,
	// the most that a machine sends at once, both after Usual.
	Datagram []Rested       `json:"datagram"`
	Train    wake.Quantiles `json:"train"`
	Burst    wake.Quantiles `json:"burst"`
	// Wake is how late the pumps woke meanwhile.
	Wake wake.Profile `json:"wake"`
	// Streamer and Client are from the instant of a turn of the pump of that host in a session to that of the next, where
	// that is due at once.
	Streamer wake.Quantiles `json:"streamer_turn"`
	Client   wake.Quantiles `json:"client_turn"`
}

// Rested is what a datagram takes after a time without traffic.
type Rested struct {
	Idle time.Duration  `json:"idle_ns"`
	Link wake.Quantiles `json:"link"`
}

// Copying is what a byte beyond the first datagram of a burst takes, in nanoseconds: from the medians of Datagram, after
// Usual, and Train.
func (c *Costs) Copying() float64 {
	for _, d := range c.Datagram {
		if d.Idle == Usual {
			return max(0, float64(c.Train.At(.5)-d.Link.At(.5))/((TrainLength-1)*DatagramSize))
		}
	}
	return 0
}

// Fitted returns the tables that are built in.
func Fitted() Fit {
	var f Fit
	if err := json.Unmarshal(fitted, &f); err != nil {
		panic(fmt.Sprintf("loopback: fitted.json: %v", err))
	}
	return f
}
