package wire

import (
	"math"
	"testing"
)

func TestPing(t *testing.T) {
	ping := twin[Ping]{parse: ParsePing, append: Ping.Append, size: PingSize}
	ping.roundTrips(t, Ping{}, Ping{Sent: math.MinInt64}, Ping{Sent: math.MaxInt64})
	ping.refusesLengths(t, Ping{Sent: 1})
}

func TestPong(t *testing.T) {
	pong := twin[Pong]{parse: ParsePong, append: Pong.Append, size: PongSize}
	sample := Pong{Sent: 5, Received: 100, Returned: 101}
	pong.roundTrips(t, sample, Pong{Received: 7, Returned: 7}, Pong{math.MinInt64, math.MinInt64, math.MaxInt64})
	pong.refusesLengths(t, sample)
	pong.refusesFields(t, sample, patch{"returned before it was received", 23, []byte{99}, nil})
}
