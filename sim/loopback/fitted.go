package loopback

import (
	_ "embed" // of the fitted tables
	"encoding/json"
	"fmt"

	"airbridge/sim/wake"
)

// fitted holds what the fit command measured. See Fit.
//
//go:embed fitted.json
var fitted []byte

// Fit is what the fit command (airbridge/sim/loopback/fit) measures and this package has built in. Instants are those of
// the turns of transport.Driver, by which cores stamp what they send.
type Fit struct {
	// Provenance says in words what was measured, where and how.
	Provenance string `json:"provenance"`
	// Samples is how many of each kind were measured.
	Samples int `json:"samples"`
	// Datagram is from the instant of the turn that sends one datagram of 1,400 bytes to the kernel's receive stamp of it.
	// Train is the same to the last datagram of 46, the most that one system call takes, and Burst of 64, the most that a
	// machine sends at once; the model has neither, only Copying.
	Datagram wake.Quantiles `json:"datagram"`
	Train    wake.Quantiles `json:"train"`
	Burst    wake.Quantiles `json:"burst"`
	// Copying is what a byte beyond the first datagram of a burst takes, in nanoseconds: the difference of the medians of
	// Train and Datagram.
	Copying float64 `json:"copying_ns_per_byte"`
	// Turn is from the instant of a turn of a session's pump to that of the next, where that is due at once.
	Turn wake.Quantiles `json:"turn"`
}

// Fitted returns the tables that are built in.
func Fitted() Fit {
	var f Fit
	if err := json.Unmarshal(fitted, &f); err != nil {
		panic(fmt.Sprintf("loopback: fitted.json: %v", err))
	}
	return f
}
