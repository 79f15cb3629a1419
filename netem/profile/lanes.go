package profile

import (
	"airbridge/netem"
	"airbridge/netem/wifi"
)

// lanes lets cross traffic through a Wi-Fi cell, which knows flows by the numbers of its headsets only: each flow of the
// traffic gets a number after theirs, as if it were one more headset.
type lanes struct {
	*wifi.Cell
	first           uint16 // number of the first flow of the traffic
	sessions, flows uint16
	train           []netem.Packet
}

// Admit admits a train with the cell's numbers.
func (l *lanes) Admit(now netem.True, train []netem.Packet) {
	l.train = append(l.train[:0], train...)
	for i := range l.train {
		if flow := &l.train[i].Flow; *flow >= l.first && *flow < l.first+l.flows {
			*flow += l.sessions - l.first
		}
	}
	l.Cell.Admit(now, l.train)
}

// Deliver gives the packets back their own numbers.
func (l *lanes) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	before := len(into)
	into = l.Cell.Deliver(now, into)
	for i := range into[before:] {
		if flow := &into[before+i].Flow; *flow >= l.sessions && *flow < l.sessions+l.flows {
			*flow += l.first - l.sessions
		}
	}
	return into
}
