//go:build cgo

package av

import (
	"errors"
	"fmt"
	"strconv"

	"airbridge/internal/av/annexb"

	"github.com/asticode/go-astiav"
)

// Decoder turns access units into frames, one for one. Not safe for concurrent use; its frames are.
type Decoder struct {
	context *astiav.CodecContext
	packet  *astiav.Packet
	shelf   *shelf
}

// OpenDecoder opens the decoder the config names.
func OpenDecoder(config DecoderConfig) (*Decoder, error) {
	config = config.withDefaults()
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("open decoder: %w", err)
	}
	d := &Decoder{shelf: &shelf{limit: maxDecoderFrames}}
	if err := explain(func() error { return d.open(config) }); err != nil {
		d.Close()
		return nil, fmt.Errorf("open decoder %s: %w", config.Codec, err)
	}
	return d, nil
}

func (d *Decoder) open(config DecoderConfig) error {
	codec := astiav.FindDecoderByName(config.Codec)
	if codec == nil {
		return errors.New("not in this build of FFmpeg")
	}
	d.packet = astiav.AllocPacket()
	d.context = astiav.AllocCodecContext(codec)
	d.context.SetThreadCount(config.Threads)
	// Frame threads would hold back a picture for every thread but one.
	d.context.SetThreadType(astiav.ThreadTypeSlice)
	d.context.SetFlags(d.context.Flags().Add(astiav.CodecContextFlagLowDelay))
	options := astiav.NewDictionary()
	defer options.Free()
	if err := options.Set("max_pixels", strconv.Itoa(maxDecoderPixels), 0); err != nil {
		return err
	}
	return d.context.Open(codec, options)
}

// Decode decodes one whole access unit, read during the call only, and returns its picture, which the caller releases.
// The picture is the decoder's own buffer and read only. pts is any mark; it appears in errors. Data that cannot be
// decoded is an error and leaves the decoder usable. A picture with damage is not an error: FFmpeg conceals what is
// missing, so losses must be known from the transport.
func (d *Decoder) Decode(data []byte, pts int64) (*Frame, error) {
	if d.context == nil {
		return nil, fmt.Errorf("decode: %w", ErrClosed)
	}
	// An empty packet would tell the decoder that the stream ends.
	if len(data) == 0 {
		return nil, fmt.Errorf("decode frame %d: no data: %w", pts, ErrNoOutput)
	}
	f, ok := d.shelf.take()
	if !ok {
		return nil, fmt.Errorf("decode frame %d: %w", pts, errTooManyOut)
	}
	if err := d.decode(f, data, pts); err != nil {
		f.Release()
		return nil, fmt.Errorf("decode frame %d: %w", pts, err)
	}
	return f, nil
}

// decode puts the picture of data into f. A picture left inside FFmpeg would make every later one come out too late, so
// whenever one may be, the decoder is emptied.
func (d *Decoder) decode(f *Frame, data []byte, pts int64) error {
	if err := fillPacket(d.packet, data, pts); err != nil {
		return err
	}
	expectNoReordering(d.context)
	if err := d.context.SendPacket(d.packet); err != nil {
		if errors.Is(err, astiav.ErrEagain) {
			flush(d.context) // earlier data held two pictures and one is left in there
		}
		return outcome(err)
	}
	if err := d.context.ReceiveFrame(f.native.Frame); err != nil {
		if errors.Is(err, astiav.ErrEagain) && hasSlice(data) {
			flush(d.context) // the picture waits in there
		}
		return outcome(err)
	}
	var err error
	f.view, err = f.native.picture()
	return err
}

// hasSlice reports whether an access unit holds any part of a picture.
func hasSlice(accessUnit []byte) bool {
	units := annexb.Read(accessUnit)
	for u, ok := units.Next(); ok; u, ok = units.Next() {
		if u.IsSlice() {
			return true
		}
	}
	return false
}

// Out returns how many frames are handed out and not released.
func (d *Decoder) Out() int { return d.shelf.outstanding() }

// Close frees the decoder. Frames still handed out stay valid until their last Release.
func (d *Decoder) Close() {
	if d.context == nil {
		return
	}
	d.context.Free()
	d.packet.Free()
	d.context = nil
	d.shelf.close()
}
