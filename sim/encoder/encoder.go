package encoder

import (
	"errors"
	"fmt"
	"time"

	"airbridge/machine"
	"airbridge/streamer"
	"airbridge/units"
)

// ErrBusy answers a frame that came while as many waited as may.
var ErrBusy = errors.New("encoder is busy")

// kinds are the requests that an Encoder obeys.
var kinds = []machine.Kind{streamer.KindEncode, streamer.KindReconfigure}

// stage is what the encoder's goroutine would be doing.
type stage uint8

const (
	idle     stage = iota
	retuning       // it tells a new rate, and waits until that was heard
	working        // it encodes
	telling        // it hands slices over, and waits until they were heard
)

// Encoder is an encoder on a streamer's host: a host.Device. It keeps the order and the waits of the streamer's shell:
// one frame at a time, a new rate before the next frame, and no further frame before the last was heard of. It is not
// safe for concurrent use; its host owns it.
type Encoder struct {
	cfg     Config
	process *Process
	stage   stage
	rate    units.Bitrate // it works at
	wanted  units.Bitrate // zero where nothing changed
	waiting []job         // the first is the one at work

	began units.Mono // of the stage
	frame Frame      // at work
	err   error      // in the place of its slices
	next  int        // slice to tell
	heard units.Mono // when Take was called last

	tuned   streamer.Reconfigured
	slices  []streamer.SliceEncoded
	failed  streamer.EncoderFailed
	refused []streamer.EncoderFailed // the first gone of which were told
	gone    int
	buffer  []byte // for the bytes of a frame, kept from frame to frame
	bytes   []byte // of the slices not told yet; nil where they are elided
}

// job is a frame to encode.
type job struct {
	frame units.FrameID
	idr   bool
}

// New returns an encoder that was just opened. The configuration must be valid.
func New(cfg Config) *Encoder {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("encoder: %v", err))
	}
	cfg = cfg.withDefaults()
	return &Encoder{
		cfg: cfg, process: NewProcess(cfg), rate: cfg.Bitrate, heard: -1,
		waiting: make([]job, 0, cfg.Waiting+1), slices: make([]streamer.SliceEncoded, cfg.Slices),
	}
}

// Kinds are streamer.Encode and streamer.Reconfigure.
func (e *Encoder) Kinds() []machine.Kind { return kinds }

// Do takes a frame or a rate.
func (e *Encoder) Do(now units.Mono, request machine.Event) {
	switch r := request.(type) {
	case *streamer.Reconfigure:
		e.wanted = r.Bitrate
	case *streamer.Encode:
		if len(e.waiting) > e.cfg.Waiting {
			e.refused = append(e.refused, streamer.EncoderFailed{Frame: r.Frame, Err: ErrBusy})
			return
		}
		e.waiting = append(e.waiting, job{r.Frame, r.IDR})
		if e.stage == idle {
			e.begin(now)
		}
	}
}

// Rate returns the rate it works at.
func (e *Encoder) Rate() units.Bitrate { return e.rate }

// begin takes up the frame that has waited longest, and the rate before it.
func (e *Encoder) begin(now units.Mono) {
	e.stage, e.began = idle, now
	if len(e.waiting) == 0 {
		return
	}
	wanted := e.wanted
	e.wanted = 0
	if wanted != 0 && wanted >= MinBitrate && wanted <= e.cfg.MaxBitrate {
		e.rate = wanted
		e.stage = retuning
		return
	}
	e.work(now)
}

// work encodes the first frame that waits.
func (e *Encoder) work(now units.Mono) {
	e.stage, e.began, e.next = working, now, 0
	j := e.waiting[0]
	e.frame, e.err = e.process.Next(e.rate, j.idr), nil
	if e.cfg.Fail != nil {
		e.err = e.cfg.Fail(j.frame)
	}
}

// Next returns when the next slice, failure or rate can be told.
func (e *Encoder) Next() units.Mono {
	if e.gone < len(e.refused) {
		return e.began // a refusal means that a frame is at work, which began before
	}
	switch e.stage {
	case retuning:
		return e.began
	case working, telling:
		return e.due(e.next)
	}
	return units.Never
}

// due is when a slice is done.
func (e *Encoder) due(slice int) units.Mono {
	if !e.cfg.OneByOne || e.err != nil {
		return e.began.Add(e.frame.Took)
	}
	return e.began.Add(e.frame.Took * time.Duration(slice+1) / time.Duration(e.cfg.Slices))
}

// Take returns the next event due.
func (e *Encoder) Take(now units.Mono) machine.Event {
	if now != e.heard {
		e.refused, e.gone = append(e.refused[:0], e.refused[e.gone:]...), 0
		e.heard = now
	}
	if e.gone < len(e.refused) {
		e.gone++
		return &e.refused[e.gone-1]
	}
	switch {
	case e.Next() > now:
		return nil
	case e.stage == retuning:
		e.tuned.Bitrate = e.rate
		e.work(now)
		return &e.tuned
	case e.err != nil:
		e.failed = streamer.EncoderFailed{Frame: e.waiting[0].frame, Err: e.err}
		e.finish(now)
		return &e.failed
	}
	return e.slice(now)
}

// slice tells the next slice; with the last the next frame begins.
func (e *Encoder) slice(now units.Mono) machine.Event {
	if e.next == 0 {
		e.stage = telling
		e.fill()
	}
	i := e.next
	last := i == e.cfg.Slices-1
	s := &e.slices[i]
	*s = streamer.SliceEncoded{
		Frame: e.waiting[0].frame, Slice: i, Last: last, IDR: e.frame.IDR, Elided: e.frame.Slices[i],
	}
	if last {
		s.QP = e.frame.QP
	}
	if e.cfg.Full {
		s.Bytes, e.bytes, s.Elided = e.bytes[:s.Elided:s.Elided], e.bytes[s.Elided:], 0
	}
	e.next++
	if last {
		e.finish(now)
	}
	return s
}

func (e *Encoder) finish(now units.Mono) {
	e.waiting = append(e.waiting[:0], e.waiting[1:]...)
	e.begin(now)
}
