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
	// Datagram is from the instant of the turn that sends one datagram to the kernel's receive stamp. Train is the same of
	// 64 datagrams of 1,400 bytes in one burst; only Copying is derived from it.
	Datagram wake.Quantiles `json:"datagram"`
	Train    wake.Quantiles `json:"train"`
	// Turn is from the instant of a turn to that of the next, where the pump need not wait.
	Turn wake.Quantiles `json:"turn"`
	// Copying is what a byte beyond the first datagram of a burst takes, in nanoseconds: the difference of the medians.
	Copying float64 `json:"copying_ns_per_byte"`
}

// Fitted returns the tables that are built in.
func Fitted() Fit {
	var f Fit
	if err := json.Unmarshal(fitted, &f); err != nil {
		panic(fmt.Sprintf("loopback: fitted.json: %v", err))
	}
	return f
}
