package shell

import (
	"context"
	"errors"
	"sync/atomic"

	"airbridge/internal/av"
	"airbridge/machine"
	"airbridge/streamer"
	"airbridge/transport"
	"airbridge/units"
)

// encoderLoop encodes one frame after the other.
type encoderLoop struct {
	shell *shell
	jobs  chan encodeJob // the core has one frame in the encoder; a second may follow the end of a session at once
	rate  atomic.Int64   // wanted, zero where nothing changed

	events []machine.Event
	slices []streamer.SliceEncoded
}

// errBusy answers a frame that came while the encoder had more than it can take.
var errBusy = errors.New("encoder is busy")

// encodeJob is a frame with a reference of its own.
type encodeJob struct {
	frame units.FrameID
	idr   bool
	input *av.Frame
}

func newEncoderLoop(s *shell) *encoderLoop {
	return &encoderLoop{shell: s, jobs: make(chan encodeJob, 2)}
}

// encode takes a job; it owns f. The core bounds the frames inside, so there is room.
func (l *encoderLoop) encode(r *streamer.Encode, f *av.Frame) {
	select {
	case l.jobs <- encodeJob{frame: r.Frame, idr: r.IDR, input: f}:
	default:
		f.Release()
		_ = l.shell.mailbox.Post(&streamer.EncoderFailed{Frame: r.Frame, Err: errBusy})
	}
}

func (l *encoderLoop) reconfigure(rate units.Bitrate) { l.rate.Store(int64(rate)) }

// run encodes until ctx ends.
func (l *encoderLoop) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-l.jobs:
			err := l.work(j)
			j.input.Release()
			if err != nil {
				return transport.Orderly(err)
			}
		}
	}
}

func (l *encoderLoop) work(j encodeJob) error {
	encoder := l.shell.cfg.Encoder
	if rate := units.Bitrate(l.rate.Swap(0)); rate != 0 {
		if err := encoder.SetBitrate(rate); err == nil {
			if err := l.shell.mailbox.Deliver(&streamer.Reconfigured{Bitrate: rate}); err != nil {
				return err
			}
		}
	}
	p, err := encoder.Encode(j.input, int64(j.frame), j.idr)
	if err == nil && len(p.Slices()) == 0 {
		err = av.ErrNoOutput // the core waits for an answer
	}
	if err != nil {
		return l.shell.mailbox.Deliver(&streamer.EncoderFailed{Frame: j.frame, Err: err})
	}
	return l.shell.mailbox.Deliver(l.pack(j.frame, p)...)
}

// pack makes the events of a packet's slices. FFmpeg returns whole access units, so that all slices come at one instant;
// hardware that returns them one by one delivers them one by one.
func (l *encoderLoop) pack(frame units.FrameID, p av.Packet) []machine.Event {
	slices := p.Slices()
	for len(l.slices) < len(slices) {
		l.slices = append(l.slices, streamer.SliceEncoded{})
	}
	l.events = l.events[:0]
	for i, b := range slices {
		l.slices[i] = streamer.SliceEncoded{
			Frame: frame, Slice: i, Last: i == len(slices)-1, IDR: p.IDR, QP: p.QP, Bytes: b,
		}
		l.events = append(l.events, &l.slices[i])
	}
	return l.events
}

// drain lets go of the jobs that nobody will do. Call it when pump and encoder have ended.
func (l *encoderLoop) drain() {
	for {
		select {
		case j := <-l.jobs:
			j.input.Release()
		default:
			return
		}
	}
}
