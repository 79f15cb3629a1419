package reports

import (
	"fmt"

	"gonum.org/v1/gonum/mathext"
)

// Rate is events per hour: the value observed and its exact 95 % interval.
type Rate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// rateAlpha is the share of intervals that miss the true rate, half of it on either side.
const rateAlpha = 0.05

// PerHour returns the rate of events counted in hours of observation, with Garwood's exact interval for a Poisson count
// (Biometrika 28, 1936): none seen in an hour still allows 3.7 an hour. The interval holds for independent events; misses
// come in bursts, so the truth is wider. hours must be positive, events not negative.
func PerHour(events int64, hours float64) Rate {
	if events < 0 || !(hours > 0) {
		panic(fmt.Sprintf("reports: %d events in %v hours", events, hours))
	}
	n := float64(events)
	r := Rate{Value: n / hours, High: mathext.GammaIncRegCompInv(n+1, rateAlpha/2) / hours}
	if events > 0 {
		r.Low = mathext.GammaIncRegInv(n, rateAlpha/2) / hours
	}
	return r
}
