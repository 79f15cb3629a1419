package client

import (
	"testing"

	"airbridge/machine"
	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

const testPayload = wire.MinDatagram - wire.ShardOverhead

// protected returns the datagrams of an IDR whose bytes are all, with so many parity shards.
func (r *rig) protected(id units.FrameID, all []byte, parity int) (datagrams [][]byte) {
	k := (len(all) + testPayload - 1) / testPayload
	padded := make([]byte, k*testPayload)
	copy(padded, all)
	shards := make([][]byte, k+parity)
	for i := range k {
		shards[i] = padded[i*testPayload : (i+1)*testPayload]
	}
	for j := range parity {
		shards[k+j] = make([]byte, testPayload)
	}
	fec.Real{}.Encode(shards[:k], shards[k:])
	shards[k-1] = shards[k-1][:len(all)-(k-1)*testPayload]
	for n, p := range shards {
		s := wire.Shard{
			Frame: id, Index: uint8(n), K: uint8(k), Parity: uint8(parity), Last: true, Length: uint32(len(all)), Sent: uint32(n),
		}
		datagrams = append(datagrams, r.datagram(wire.KindShard, append(s.Append(nil), p...)))
	}
	return datagrams
}

// What parity makes good is decoded at once, is reported, and asks for nothing.
func TestRecoveredFrameIsDecodedAndReported(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(1))
	r.decoded(1)
	all := r.protected(2, append(info(2).Append(nil), make([]byte, 3000)...), 2)
	for n, d := range all {
		if n != 0 && n != 5 { // the prefix is lost too
			r.now += ms
			r.arrive(d)
		}
	}
	r.pass(testPeriod)
	if len(r.decodes) != 2 || r.decodes[1].Frame != 2 || !r.decodes[1].IDR || r.decodes[1].Length() != 3000 {
		t.Fatalf("decodes %+v, want frame 2 of 3000 bytes behind frame 1", r.decodes)
	}
	r.decoded(2)
	r.slot(2, r.now+13*ms)
	r.pass(testPeriod)
	r.handle(&Shown{Slot: 2, Frame: 2, At: r.now})
	r.pass(testPeriod)
	var repaired uint16
	for _, batch := range r.reportsSent() {
		for _, report := range batch {
			if report.Frame == 2 {
				repaired = report.Repaired
				if want := uint32(len(all) - 1); report.Sent != want {
					t.Errorf("the last needed shard left at %d, want %d: the second of parity", report.Sent, want)
				}
			}
		}
	}
	if repaired != 2 || r.core.Statistics().Repaired != 2 || r.core.Statistics().Refreshes != 0 {
		t.Errorf("%d shards reported as repaired, statistics %+v; want 2, and no request", repaired, r.core.Statistics())
	}
}

func TestElidedFrameReachesTheDecoderByLength(t *testing.T) {
	r := streamingRig(t, Config{Elide: true})
	for n, d := range r.cut(1, 0, info(7), 1000) {
		kept := min(len(d), wire.ShardOverhead+wire.FrameInfoSize)
		if n%2 == 1 {
			kept = len(d) // whoever carries more than is looked at does no harm
		}
		r.handle(&machine.Datagram{From: streamerAddr, At: r.now, Data: d[:kept], Elided: len(d) - kept})
	}
	if len(r.decodes) != 1 || len(r.decodes[0].Unit) != 0 || r.decodes[0].Elided != 1000 || !r.decodes[0].IDR {
		t.Errorf("decodes %+v, want one of 1000 elided bytes", r.decodes)
	}
}

// A frame that has no access unit is malformed, whichever way payload is carried.
func TestFrameWithoutUnitIsRefused(t *testing.T) {
	for _, elide := range []bool{false, true} {
		r := streamingRig(t, Config{Elide: elide})
		for _, d := range r.cut(1, 0, info(7), 0) {
			r.arrive(d)
		}
		if len(r.decodes) != 0 || r.core.Statistics().Refused.Malformed != 1 {
			t.Errorf("elided %t: %d decodes, refused %+v", elide, len(r.decodes), r.core.Statistics().Refused)
		}
	}
}
