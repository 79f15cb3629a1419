package loopback

import (
	"context"
	"runtime"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/wake"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// A train counts when its last datagram is there, and its wake-up when the first is.
func TestReceiver(t *testing.T) {
	b := &ledger{want: 2, done: func() {}}
	r := &receiver{ledger: b, length: 3}
	for i, d := range []struct{ sent, at, now units.Mono }{
		{100, 110, 150}, {100, 120, 150}, {100, 130, 150}, {1000, 1010, 1030}, {1000, 1010, 1030}, {1000, 1015, 1040},
	} {
		if i%3 == 0 {
			b.send(d.sent)
		}
		r.Handle(d.now, &machine.Datagram{At: d.at}, nil)
	}
	if diff := cmp.Diff([]time.Duration{30, 15}, b.taken); diff != "" {
		t.Errorf("trains (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]time.Duration{40, 20}, r.late); diff != "" {
		t.Errorf("wake-ups (-want +got):\n%s", diff)
	}
}

// The whole way over real sockets, with few samples and no opinion about how long they are.
func TestMeasuresRealSockets(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("receive stamps are of Linux")
	}
	for _, length := range []int{1, machine.MaxBurst} {
		m, err := MeasureTrains(t.Context(), length, 20, time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for name, q := range map[string]wake.Quantiles{"link": m.Link, "arrival": m.Arrival, "timer": m.Timer} {
			if err := (wake.Profile{Arrival: q}).Validate(); err != nil || len(q) == 0 {
				t.Errorf("trains of %d: %s: %v (%v)", length, name, q, err)
			}
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := MeasureTrains(stopped, 1, 20, time.Millisecond); err == nil {
		t.Error("an interrupted measurement counts")
	}
}
