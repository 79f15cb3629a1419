package client

import (
	"bytes"
	"errors"
	"slices"

	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// This file is what may happen to a core in the random runs of ledger_test.go.

// draw puts the datagrams of the streamer's next frame on the air: mostly all of them.
func (w *wild) draw() {
	if w.core.phase == dialling {
		if w.rng.IntN(3) == 0 && w.core.dial.deadline != 0 {
			w.answer(w.offer())
		}
		return
	}
	w.newID++
	if w.rng.IntN(30) == 0 {
		w.newID += units.FrameID(w.rng.IntN(20))
	}
	var ref uint8
	if w.rng.IntN(12) > 0 && len(w.refs) > 0 {
		ref = uint8(w.newID - w.newestDrawn())
	}
	w.refs[w.newID] = 0
	if ref > 0 {
		w.refs[w.newID] = w.newID - units.FrameID(ref)
	}
	i := info(0)
	if w.rng.IntN(10) > 0 {
		i = info(units.SlotID(max(0, int(w.slotN)+w.rng.IntN(7)-3)))
	}
	if w.rng.IntN(4) > 0 {
		i.Reported = w.acknowledged()
	}
	for _, d := range w.cut(w.newID, ref, i, 1+w.rng.IntN(2000)) {
		switch w.rng.IntN(60) {
		case 0: // lost
		case 1:
			w.air = append(w.air, d, d)
		default:
			w.air = append(w.air, d)
		}
	}
}

// acknowledged returns what an honest streamer acknowledges: the last frame of which, and of all before it, it knows.
func (w *wild) acknowledged() units.FrameID {
	for w.known+1 < w.newID {
		if _, drawn := w.refs[w.known+1]; drawn && w.resolved[w.known+1] == 0 {
			break
		}
		w.known++
	}
	return w.known
}

func (w *wild) newestDrawn() (newest units.FrameID) {
	for id := range w.refs {
		if id != w.newID {
			newest = max(newest, id)
		}
	}
	return newest
}

// deliver lets a datagram arrive: the oldest, or any.
func (w *wild) deliver() {
	if len(w.air) == 0 {
		return
	}
	i := 0
	if w.rng.IntN(8) == 0 {
		i = w.rng.IntN(len(w.air))
	}
	w.arrive(w.air[i])
	w.seen = append(w.seen, w.air[i])
	w.air = slices.Delete(w.air, i, i+1)
}

// noise is what no streamer sends.
func (w *wild) noise() {
	b := make([]byte, w.rng.IntN(80))
	for i := range b {
		b[i] = byte(w.rng.Uint32())
	}
	if len(w.seen) > 0 && w.rng.IntN(3) > 0 {
		b = bytes.Clone(w.seen[w.rng.IntN(len(w.seen))])
		switch w.rng.IntN(4) {
		case 0:
			b = b[:w.rng.IntN(len(b))]
		case 1:
			b[w.rng.IntN(wire.HeaderSize-8)] ^= 1 << w.rng.IntN(8) // version, kind, zero or session
		case 2: // another place in its frame, with a number of its own
			wire.StampNumber(b, w.number+1)
			w.number++
			b[wire.HeaderSize+8] ^= 1 << w.rng.IntN(8)
		}
	}
	from := streamerAddr
	if w.rng.IntN(5) == 0 {
		from = strangerAddr
	}
	w.handle(&machine.Datagram{From: from, At: w.now, Data: b})
}

// decoder answers a request, mostly the oldest.
func (w *wild) decoder() {
	if len(w.inside) == 0 {
		return
	}
	i := 0
	if w.rng.IntN(4) == 0 {
		i = w.rng.IntN(len(w.inside))
	}
	id := w.inside[i]
	w.inside = slices.Delete(w.inside, i, i+1)
	if w.rng.IntN(15) == 0 {
		w.failures++
		w.handle(&DecodeFailed{Frame: id, Err: errors.New("injected")})
		return
	}
	w.pictures++
	// A decoder hides that a reference is missing: the picture is broken all the same.
	ref := w.refs[id]
	w.sound[id] = ref == 0 || w.sound[ref] || slices.Contains(w.inside, ref)
	w.handle(&Decoded{Frame: id, Handle: w.lend(id)})
}

func (w *wild) lend(id units.FrameID) machine.Handle {
	w.handles++
	w.lent[w.handles] = id
	return w.handles
}

// liar answers what was not asked.
func (w *wild) liar() {
	id := units.FrameID(w.rng.IntN(int(w.newID) + 10))
	if slices.Contains(w.inside, id) {
		return
	}
	if w.rng.IntN(2) == 0 {
		w.handle(&DecodeFailed{Frame: id, Err: errors.New("injected")})
		return
	}
	h := w.lend(id)
	w.handle(&Decoded{Frame: id, Handle: h})
	if _, kept := w.lent[h]; kept {
		w.t.Errorf("handle %d of frame %d, which was not asked for, is kept", h, id)
	}
}

// display announces a slot, now and then a wrong one.
func (w *wild) display() {
	s := presenter.Slot{ID: w.slotN + 1, DisplayAt: w.slotT.Add(testPeriod), Period: testPeriod}
	switch w.rng.IntN(30) {
	case 0:
		s.ID = units.SlotID(w.rng.IntN(int(w.slotN) + 1))
	case 1:
		s.Period = 0
	default:
		if s.DisplayAt < w.now {
			s.DisplayAt = w.now.Add(testPeriod)
		}
		w.slotN, w.slotT = s.ID, s.DisplayAt
	}
	s.LatchBy = s.DisplayAt - 2*ms
	w.handle(&Slot{Timing: s})
}

// showSome tells that something was shown: mostly what was latched, in order.
func (w *wild) showSome() {
	if w.mute {
		return
	}
	if len(w.shown) == 0 || w.rng.IntN(20) == 0 {
		w.handle(&Shown{Slot: 1, Frame: units.FrameID(w.rng.IntN(int(w.newID) + 10)), At: w.now})
		return
	}
	i := 0
	if w.rng.IntN(10) == 0 {
		i = w.rng.IntN(len(w.shown))
	}
	l := w.shown[i]
	w.shown = slices.Delete(w.shown, 0, i+1)
	w.handle(&Shown{Slot: l.Slot, Frame: l.Frame, At: max(w.now, l.DisplayAt)})
}

// control lets the streamer hear the client and ping it, and the head be measured.
func (w *wild) control() {
	for _, s := range w.samples {
		w.handle(&PoseSampled{PoseID: s.PoseID + units.PoseID(w.rng.IntN(2)), SampledAt: w.now})
	}
	w.samples = w.samples[:0]
	if w.core.phase == dialling {
		return
	}
	w.heard()
	w.receive(wire.KindPing, wire.Ping{Sent: 5}.Append(nil))
}
