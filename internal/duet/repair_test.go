package duet

import (
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/streamer/control/recovery"
)

// At 1 % of loss a frame of 23 shards loses one in every fifth case, and more than its five parity shards make good never.
func TestParityMakesLossGoodWithoutAnIDR(t *testing.T) {
	d := newDeskWith(t, 21, false, recovery.FEC(20))
	d.down = lose(0.01)
	d.run(10 * time.Second)
	d.stop()
	r := d.settled()
	if r.Refreshes != 0 || r.Frames.Lost != 0 || r.Frames.IDR != 1 {
		t.Errorf("%d requests for an IDR, %d frames lost, %d IDRs; want none, none and the first", r.Refreshes, r.Frames.Lost, r.Frames.IDR)
	}
	if got := d.client.core.Statistics().Repaired; got < 100 || r.Repaired == 0 || r.Repaired > got {
		t.Errorf("the client recovered %d shards and reported %d", got, r.Repaired)
	}
	share := float64(r.Sent.Parity) / float64(r.Sent.Datagrams-r.Sent.Parity)
	if share < 0.2 || share > 0.25 {
		t.Errorf("%.3f parity shards for each data shard, want a fifth rounded up", share)
	}
}

// A block that lost more than its parity must not be waited for: the request for an IDR leaves as soon as that is certain.
func TestLossBeyondParityAsksForAnIDR(t *testing.T) {
	d := newDeskWith(t, 22, false, recovery.FEC(20))
	from, lost := int64(2*time.Second), 0
	d.down = func(_ *rand.Rand, now int64, datagram []byte) []time.Duration {
		if kindOf(datagram) == wire.KindShard && now > from && lost < 12 {
			lost++
			return nil
		}
		return []time.Duration{time.Millisecond}
	}
	d.run(4 * time.Second)
	d.stop()
	r := d.settled()
	if r.Refreshes != 1 || r.Frames.IDR != 2 || r.Frames.Lost > 5 {
		t.Errorf("%d requests, %d IDRs, %d frames lost; want 1, 2 and at most 5", r.Refreshes, r.Frames.IDR, r.Frames.Lost)
	}
}

// The first frame has two blocks, of 192 and 29 shards, with 39 and 6 parity shards. What is lost in one go hits them in
// proportion, so that a burst of nearly all the parity of both together is survived wherever it falls.
func TestBurstInALargeFrameIsMadeGood(t *testing.T) {
	const shards, parity, burst = 221, 45, 42
	for start := 0; start+burst <= shards+parity; start += 5 {
		d := newDeskWith(t, 23, true, recovery.FEC(20))
		d.streamer.rate = 300_000
		n := 0
		d.down = func(_ *rand.Rand, _ int64, datagram []byte) []time.Duration {
			if kindOf(datagram) == wire.KindShard {
				n++
				if n > start && n <= start+burst {
					return nil
				}
			}
			return []time.Duration{time.Millisecond}
		}
		d.run(500 * time.Millisecond)
		d.stop()
		if r := d.settled(); r.Refreshes != 0 || r.Frames.Lost != 0 {
			t.Errorf("a burst from datagram %d on: %d requests for an IDR, %d frames lost", start, r.Refreshes, r.Frames.Lost)
		}
	}
}

func TestReorderingWithParityLosesNothing(t *testing.T) {
	d := newDeskWith(t, 24, false, recovery.FEC(20))
	d.streamer.rate = 300_000
	d.down = func(rng *rand.Rand, _ int64, _ []byte) []time.Duration {
		return []time.Duration{time.Millisecond + time.Duration(rng.IntN(2500))*time.Microsecond}
	}
	d.run(5 * time.Second)
	d.stop()
	if r := d.settled(); r.Refreshes != 0 || r.Frames.Lost != 0 {
		t.Errorf("%d requests for an IDR, %d frames lost, want none", r.Refreshes, r.Frames.Lost)
	}
}
