package sim_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/queue"
	"airbridge/sim"
	"airbridge/units"
)

// cable is a link of 400 Mbit/s each way with a millisecond of delay.
func cable(uint64) (netem.Medium, error) {
	way := func() netem.Medium {
		return netem.Chain(
			bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(400 * units.Mbps), Queue: queue.NewDropTail(queue.DropTailConfig{Bytes: 1 << 20})}),
			delay.New(delay.Config{Propagation: time.Millisecond}, nil),
		)
	}
	return netem.Duplex(way(), way()), nil
}

func TestCable(t *testing.T) {
	l, err := sim.New(sim.Scenario{Name: "cable", Seed: 1, Duration: 20 * time.Second, Link: cable, LinkName: "cable"}, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for l.Run(l.Now() + time.Second) {
	}
	t.Logf("%v simulated in %v", l.Now(), time.Since(began))
	for _, r := range l.Runs("test") {
		r.Record.Write(t.Output(), " ")
	}
}
