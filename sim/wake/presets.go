package wake

import (
	_ "embed" // of the fitted tables
	"encoding/json"
	"fmt"
)

// fitted holds what the fit command measured. See Fit.
//
//go:embed fitted.json
var fitted []byte

// Fit is what the fit command (airbridge/sim/wake/fit) measures and this package has built in.
type Fit struct {
	// Provenance says in words what was measured, where and how.
	Provenance string `json:"provenance"`
	// Samples is how many latencies of each kind were measured.
	Samples int `json:"samples"`
	// Quiet is a machine that does nothing else, Busy one with a busy process for each of its processors.
	Quiet Profile `json:"quiet"`
	Busy  Profile `json:"busy"`
}

// Fitted returns the tables that are built in.
func Fitted() Fit {
	var f Fit
	if err := json.Unmarshal(fitted, &f); err != nil {
		panic(fmt.Sprintf("wake: fitted.json: %v", err))
	}
	return f
}

// Ideal is a computer that is never late.
func Ideal() Profile { return Profile{} }

// PC is a Linux PC with a busy process for each of its processors, whose pump has the real-time class SCHED_FIFO:
// measured on loopback, where a network card's interrupts are missing. Fit.Provenance tells more.
func PC() Profile { return Fitted().Busy }

// QuietPC is the same PC that does nothing else.
func QuietPC() Profile { return Fitted().Quiet }

// Headset is a standalone headset: an application's pump under Android, which may not use the real-time class. There is
// no outside truth for it. Its shape is assumed: the timer is late by the default timer slack of an ordinary thread, up
// to 50 µs (prctl(2), PR_SET_TIMERSLACK), and by a wake-up on a core that has to leave an idle state first; one wake in a
// hundred waits for another thread of the fair scheduler, whose base slice is 3 ms; the worst is a compositor that has
// all the big cores for most of a frame. Arrivals wait besides for the radio's driver, which polls its queue.
func Headset() Profile {
	return Profile{
		Arrival: Quantiles{
			{0, 30_000}, {.1, 60_000}, {.5, 120_000}, {.9, 300_000}, {.99, 1_200_000}, {.999, 3_000_000}, {1, 8_000_000},
		},
		Timer: Quantiles{
			{0, 10_000}, {.1, 50_000}, {.5, 80_000}, {.9, 180_000}, {.99, 800_000}, {.999, 3_000_000}, {1, 8_000_000},
		},
	}
}
