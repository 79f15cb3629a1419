package client

import (
	"testing"

	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// idle takes a core's output and does nothing with it.
type idle struct {
	decode units.FrameID
	latch  units.FrameID
}

func (*idle) Send(machine.Burst) {}

func (o *idle) Do(e machine.Event) {
	switch e := e.(type) {
	case *Decode:
		o.decode = e.Frame
	case *Latch:
		o.latch = e.Frame
	}
}

// BenchmarkFrame is all that the core does for one frame of 45 datagrams (50 Mbit/s at 72 Hz): taking it apart, decoding,
// latching, showing and reporting it, and three poses. Nothing may be allocated.
func BenchmarkFrame(b *testing.B) {
	r := streamingRig(b, Config{})
	r.pass(testPeriod)
	const shards = 45
	size := shards*(wire.MinDatagram-wire.ShardOverhead) - wire.FrameInfoSize
	all := r.cut(1, 0, info(0), size)
	var out idle
	var (
		datagram = machine.Datagram{From: streamerAddr}
		decoded  Decoded
		shown    Shown
		slot     = Slot{Timing: r.core.slots.newest}
	)
	r.core.cfg.Patience = 1 << 62
	b.ReportAllocs()
	b.SetBytes(shards * wire.MinDatagram)
	for i := range b.N {
		id := units.FrameID(i + 2)
		for n, d := range all {
			r.number++
			wire.StampNumber(d, r.number)
			putFrame(d, id, n == 0)
			datagram.At, datagram.Data = r.now, d
			r.core.Handle(r.now, &datagram, &out)
		}
		decoded = Decoded{Frame: out.decode, Handle: machine.Handle(id)}
		r.core.Handle(r.now, &decoded, &out)
		s := presenter.Slot{ID: slot.Timing.ID + 1, DisplayAt: r.now + 13*ms, LatchBy: r.now + 11*ms, Period: testPeriod}
		slot.Timing = s
		r.core.Handle(r.now, &slot, &out)
		for r.now < s.LatchBy {
			r.now = min(r.core.Deadline(), s.LatchBy)
			r.core.Tick(r.now, &out)
		}
		shown = Shown{Slot: s.ID, Frame: out.latch, At: s.DisplayAt}
		r.core.Handle(r.now, &shown, &out)
		r.now = s.DisplayAt
	}
	if got := r.core.stats.Outcomes[wire.Displayed]; got != uint64(b.N) {
		b.Fatalf("%d of %d frames displayed", got, b.N)
	}
}

// putFrame makes a datagram one of another frame, which refers to the one before unless it is the first.
func putFrame(d []byte, id units.FrameID, first bool) {
	s, payload, err := wire.ParseShard(d[wire.HeaderSize:])
	if err != nil {
		panic(err)
	}
	s.Frame = id
	s.Ref = 0
	if id > 2 {
		s.Ref = 1
	}
	if first { // acknowledge the reports before, as a streamer does
		i, _, err := wire.ParseFrameInfo(payload)
		if err != nil {
			panic(err)
		}
		i.Reported = id - 2
		i.Append(payload[:0])
	}
	s.Append(d[wire.HeaderSize:wire.HeaderSize])
}
