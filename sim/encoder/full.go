package encoder

import "airbridge/sim/payload"

// fill makes the bytes of the frame at work where they are wanted.
func (e *Encoder) fill() {
	if !e.cfg.Full {
		return
	}
	if cap(e.buffer) < e.frame.Bytes {
		e.buffer = make([]byte, e.frame.Bytes*3/2)
	}
	e.bytes = e.buffer[:e.frame.Bytes]
	payload.Fill(e.bytes, e.waiting[0].frame, 0)
}
