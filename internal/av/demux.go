//go:build cgo

package av

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/asticode/go-astiav"
)

// demuxer reads a container or a device and decodes its first video stream.
type demuxer struct {
	format  *astiav.FormatContext
	decoder *astiav.CodecContext
	packet  *astiav.Packet
	stop    interrupter
	stream  *astiav.Stream
	opened  bool
	ended   bool
}

// openDemuxer opens url in the named format, empty for what FFmpeg finds. The demuxer it returns must be freed even when
// there is an error.
func openDemuxer(url, formatName string, options map[string]string, patience time.Duration) (*demuxer, error) {
	d := &demuxer{format: astiav.AllocFormatContext(), packet: astiav.AllocPacket()}
	d.stop = newInterrupter(d.format)
	timer := time.AfterFunc(patience, d.stop.interrupt)
	err := d.open(url, formatName, options)
	if !timer.Stop() {
		return d, fmt.Errorf("nothing came in %v", patience)
	}
	return d, err
}

func (d *demuxer) open(url, formatName string, options map[string]string) error {
	var input *astiav.InputFormat
	if formatName != "" {
		if input = astiav.FindInputFormat(formatName); input == nil {
			return fmt.Errorf("format %s is not in this build of FFmpeg", formatName)
		}
	}
	dictionary := astiav.NewDictionary()
	defer dictionary.Free()
	for key, value := range options {
		if err := dictionary.Set(key, value, 0); err != nil {
			return err
		}
	}
	if err := d.format.OpenInput(url, input, dictionary); err != nil {
		return err
	}
	d.opened = true
	if err := d.format.FindStreamInfo(nil); err != nil {
		return fmt.Errorf("find streams: %w", err)
	}
	for _, s := range d.format.Streams() {
		if s.CodecParameters().MediaType() == astiav.MediaTypeVideo {
			d.stream = s
			return d.openDecoder()
		}
	}
	return errors.New("no video stream")
}

func (d *demuxer) openDecoder() error {
	parameters := d.stream.CodecParameters()
	codec := astiav.FindDecoder(parameters.CodecID())
	if codec == nil {
		return fmt.Errorf("no decoder for %s", parameters.CodecID())
	}
	d.decoder = astiav.AllocCodecContext(codec)
	if err := parameters.ToCodecContext(d.decoder); err != nil {
		return err
	}
	d.decoder.SetThreadCount(min(runtime.NumCPU(), maxDecoderThreads))
	return d.decoder.Open(codec, nil)
}

// read decodes the next picture into f, or returns io.EOF. Pictures that cannot be decoded are passed over.
func (d *demuxer) read(f *astiav.Frame) error {
	for {
		err := d.decoder.ReceiveFrame(f)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, astiav.ErrEof):
			return io.EOF
		case !errors.Is(err, astiav.ErrEagain) && d.ended:
			return err
		}
		if err := d.feed(); err != nil {
			return err
		}
	}
}

// feed gives the decoder the stream's next packet, or its end.
func (d *demuxer) feed() error {
	for {
		d.packet.Unref()
		err := d.format.ReadFrame(d.packet)
		if errors.Is(err, astiav.ErrEof) {
			d.ended = true
			return ignoreDamage(d.decoder.SendPacket(nil))
		}
		if err != nil {
			return err
		}
		if d.packet.StreamIndex() == d.stream.Index() {
			return ignoreDamage(d.decoder.SendPacket(d.packet))
		}
	}
}

// ignoreDamage passes over what a damaged stream makes a decoder say.
func ignoreDamage(err error) error {
	if errors.Is(err, astiav.ErrInvaliddata) || errors.Is(err, astiav.ErrEof) {
		return nil
	}
	return err
}

func (d *demuxer) free() {
	if d.decoder != nil {
		d.decoder.Free()
	}
	d.packet.Free()
	if d.opened {
		d.format.CloseInput()
	} else {
		d.format.Free() // of which a failed opening has left nothing but astiav's own record
	}
	d.stop.free()
}
