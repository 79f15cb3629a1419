package duet

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/streamer/control/recovery"
)

// seen is what two runs must agree about.
type seen struct {
	Streamer, Client          uint64 // trace hashes
	Displayed, Lost           int64
	Parity, Repaired, Refresh uint64
}

func watch(t *testing.T, seed uint64, elide bool, repair recovery.Controller) seen {
	d := newDeskWith(t, seed, elide, repair)
	d.down, d.up = lose(0.005), lose(0.005)
	d.streamer.rate = 30_000 + int(seed)*135_000 // up to frames of two blocks
	d.run(4 * time.Second)
	d.stop()
	r := d.settled()
	return seen{
		d.streamer.machine.Sum(), d.client.machine.Sum(), r.Frames.Displayed, r.Frames.Lost, r.Sent.Parity, r.Repaired, r.Refreshes,
	}
}

// Eliding payload changes no decision: every input and output of both ends is the same.
func TestElidedPayloadHashesLikeReal(t *testing.T) {
	for _, repair := range []recovery.Controller{recovery.IDR{}, recovery.FEC(1), recovery.FEC(20)} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("%#v seed %d", repair, seed), func(t *testing.T) {
				real, elided := watch(t, seed, false, repair), watch(t, seed, true, repair)
				if diff := cmp.Diff(real, elided); diff != "" {
					t.Errorf("(-real +elided):\n%s", diff)
				}
				if real.Displayed == 0 || real.Lost+int64(real.Repaired) == 0 {
					t.Errorf("%+v: the test does not test", real)
				}
			})
		}
	}
}
