package shell

import (
	"context"
	"errors"
	"fmt"

	"airbridge/client"
	"airbridge/protocol/wire"
	"airbridge/transport"
	"airbridge/units"
)

// decoderDepth is how many access units wait for the decoder: the core keeps fewer inside, and one request more opens it.
const decoderDepth = 8

// decoderLoop decodes one access unit after the other.
type decoderLoop struct {
	shell *shell
	jobs  chan decodeJob
	free  chan []byte // buffers to copy access units into

	decoded client.Decoded
	failed  client.DecodeFailed
}

// decodeJob is an access unit, or the stream to open a decoder for.
type decodeJob struct {
	open  *wire.Welcome
	frame units.FrameID
	idr   bool
	unit  []byte
}

func newDecoderLoop(s *shell) *decoderLoop {
	l := &decoderLoop{shell: s, jobs: make(chan decodeJob, decoderDepth), free: make(chan []byte, decoderDepth)}
	for range decoderDepth {
		l.free <- nil
	}
	return l
}

func (l *decoderLoop) configure(w wire.Welcome) { l.jobs <- decodeJob{open: &w} }

// errBusy answers an access unit that came while the decoder had more than it can take.
var errBusy = errors.New("decoder is busy")

// decode takes a copy: the request's bytes are gone when the pump goes on.
func (l *decoderLoop) decode(r *client.Decode) {
	select {
	case b := <-l.free:
		l.jobs <- decodeJob{frame: r.Frame, idr: r.IDR, unit: append(b[:0], r.Unit...)}
	default:
		_ = l.shell.mailbox.Post(&client.DecodeFailed{Frame: r.Frame, Err: errBusy})
	}
}

// run decodes until ctx ends.
func (l *decoderLoop) run(ctx context.Context) error {
	var decoder Decoder
	defer func() {
		if decoder != nil {
			decoder.Close()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-l.jobs:
			if j.open != nil {
				opened, err := l.shell.cfg.OpenDecoder(*j.open)
				if err != nil {
					return fmt.Errorf("decoder: %w", err)
				}
				decoder = opened
				continue
			}
			err := l.work(decoder, j)
			l.free <- j.unit
			if err != nil {
				return transport.Orderly(err)
			}
		}
	}
}

func (l *decoderLoop) work(decoder Decoder, j decodeJob) error {
	f, err := decoder.Decode(j.unit, int64(j.frame))
	if err != nil {
		l.failed = client.DecodeFailed{Frame: j.frame, Err: err}
		return l.shell.mailbox.Deliver(&l.failed)
	}
	l.decoded = client.Decoded{Frame: j.frame, Handle: l.shell.frames.Put(f)}
	if err := l.shell.mailbox.Deliver(&l.decoded); err != nil {
		return err
	}
	if l.shell.cfg.Decoded != nil {
		l.shell.cfg.Decoded(j.frame, j.idr, j.unit)
	}
	return nil
}
