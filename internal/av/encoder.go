//go:build cgo

package av

import (
	"errors"
	"fmt"

	"airbridge/internal/av/annexb"
	"airbridge/units"

	"github.com/asticode/go-astiav"
)

// reopenPart is by which part of itself the rate of an encoder with a fixed rate must change to be followed.
const reopenPart = 5

// Encoder turns frames into access units of H.264, one for one. Not safe for concurrent use.
type Encoder struct {
	config  EncoderConfig
	context *astiav.CodecContext
	// input refers to the frame being encoded: its own AVFrame, since others may be reading the caller's.
	input  *astiav.Frame
	packet *astiav.Packet
	upload *uploader // nil where the encoder reads the caller's frames
	rate   rateLoop
	slices [][]byte
	// fixedRate is encoderFamily.fixedRate.
	fixedRate bool
	// count is how many frames the codec context has encoded.
	count int64
}

// OpenEncoder opens the encoder the config names. A name other than auto that does not open is an error which says why.
// auto takes the first hardware encoder that encodes a test frame here, else libx264, and logs its choice with the
// reason against each one passed over.
func OpenEncoder(config EncoderConfig) (*Encoder, error) {
	config = config.withDefaults()
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("open encoder: %w", err)
	}
	if config.Name != EncoderAuto {
		return openNamed(config)
	}
	return openFirst(config)
}

// openFirst opens the first encoder that works here.
func openFirst(config EncoderConfig) (*Encoder, error) {
	var against []error
	for _, name := range encoderOrder {
		config.Name = name
		err := tryEncoder(config)
		if err == nil {
			var e *Encoder
			if e, err = openNamed(config); err == nil {
				config.Log.Info("encoder chosen", "encoder", name, "against_others", errors.Join(against...))
				return e, nil
			}
		}
		against = append(against, err)
	}
	return nil, fmt.Errorf("open encoder: none works here: %w", errors.Join(against...))
}

// tryEncoder opens the encoder and has it encode one frame: many a driver opens and then encodes nothing.
func tryEncoder(config EncoderConfig) error {
	e, err := openNamed(config)
	if err != nil {
		return err
	}
	defer e.Close()
	pool, err := NewPool(config.Width, config.Height, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	f, _ := pool.Get()
	defer f.Release()
	return explain(func() error {
		_, err := e.Encode(f, 0, true)
		return err
	})
}

// openNamed opens one encoder by its full name.
func openNamed(config EncoderConfig) (*Encoder, error) {
	e := &Encoder{
		config:    config,
		fixedRate: encoderFamilies[config.Name].fixedRate,
		rate:      newRateLoop(config),
		slices:    make([][]byte, 0, 4*config.Slices),
	}
	if err := explain(e.open); err != nil {
		e.Close()
		return nil, fmt.Errorf("open encoder %s: %w", config.Name, err)
	}
	e.applyRate()
	return e, nil
}

func (e *Encoder) open() error {
	codec := astiav.FindEncoderByName(e.config.Name)
	if codec == nil {
		return errors.New("not in this build of FFmpeg")
	}
	e.context = astiav.AllocCodecContext(codec)
	e.input = astiav.AllocFrame()
	e.packet = astiav.AllocPacket()
	e.describe()
	if err := e.prepareUpload(); err != nil {
		return err
	}
	options := astiav.NewDictionary()
	defer options.Free()
	for key, value := range e.options(e.openingRate()) {
		if err := options.Set(key, value, 0); err != nil {
			return fmt.Errorf("option %s: %w", key, err)
		}
	}
	if err := e.context.Open(codec, options); err != nil {
		return err
	}
	flags := astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)
	if left := options.Get("", nil, flags); left != nil {
		return fmt.Errorf("option %s=%s is not known to it", left.Key(), left.Value())
	}
	return nil
}

// openingRate is what the encoder is opened for: the most it may ever be asked for, where it can go below later.
func (e *Encoder) openingRate() units.Bitrate {
	if encoderFamilies[e.config.Name].fixedRate {
		return e.config.Bitrate
	}
	return e.config.MaxBitrate
}

// describe tells the codec context what the pictures are.
func (e *Encoder) describe() {
	c := e.context
	c.SetWidth(e.config.Width)
	c.SetHeight(e.config.Height)
	c.SetPixelFormat(astiav.PixelFormatYuv420P)
	c.SetTimeBase(astiav.NewRational(1, e.config.FPS))
	c.SetFramerate(astiav.NewRational(e.config.FPS, 1))
	c.SetGopSize(encoderFamilies[e.config.Name].gop)
	c.SetThreadCount(e.config.Slices)
}

// Encode encodes one frame, which the encoder reads during the call only. pts is the caller's mark, returned with the
// packet; pacing follows the count of frames, so a frame that was skipped costs no bits. idr makes this very frame an
// IDR picture. The first frame always is one.
func (e *Encoder) Encode(f *Frame, pts int64, idr bool) (Packet, error) {
	if e.context == nil {
		return Packet{}, fmt.Errorf("encode: %w", ErrClosed)
	}
	f.mustLive("Encode")
	if f.Width() != e.config.Width || f.Height() != e.config.Height {
		return Packet{}, fmt.Errorf("encode: frame is %dx%d, encoder %dx%d", f.Width(), f.Height(), e.config.Width, e.config.Height)
	}
	idr = idr || e.count == 0
	if err := e.send(f, idr); err != nil {
		return Packet{}, fmt.Errorf("encode frame %d: %w", pts, err)
	}
	e.packet.Unref()
	if err := e.context.ReceivePacket(e.packet); err != nil {
		return Packet{}, fmt.Errorf("encode frame %d: %w", pts, outcome(err))
	}
	e.count++
	p := Packet{PTS: pts, QP: packetQP(e.packet), data: packetBytes(e.packet)}
	e.slices, p.IDR = annexb.AppendSlices(e.slices[:0], p.data)
	p.slices = e.slices
	if e.rate.sent(len(p.data), p.QP, p.IDR) {
		e.applyRate()
	}
	return p, nil
}

// send hands a frame to the codec.
func (e *Encoder) send(f *Frame, idr bool) error {
	source := f.native.Frame
	if e.upload != nil {
		var err error
		if source, err = e.upload.copy(source); err != nil {
			return err
		}
	}
	if err := e.input.Ref(source); err != nil {
		return err
	}
	defer e.input.Unref()
	e.input.SetPts(e.count)
	e.input.SetPictureType(astiav.PictureTypeNone)
	if idr {
		e.input.SetPictureType(astiav.PictureTypeI)
	}
	return e.context.SendFrame(e.input)
}

// SetBitrate changes the rate from the next frame on, without an IDR picture. The rate must be at least 100 kbps and at
// most the config's MaxBitrate. After a rise by half or more the first frame is a small one, for the VBV has yet to fill;
// small steps have no such cost. h264_vaapi and h264_qsv cannot change their rate while they run: they ignore a change of
// less than a fifth and are opened anew for a larger one, which makes the next frame an IDR picture.
func (e *Encoder) SetBitrate(rate units.Bitrate) error {
	if e.context == nil {
		return fmt.Errorf("set bitrate: %w", ErrClosed)
	}
	if rate < MinBitrate || rate > e.config.MaxBitrate {
		return fmt.Errorf("set bitrate %v: want %v to %v", rate, MinBitrate, e.config.MaxBitrate)
	}
	if e.fixedRate {
		return e.reopen(rate)
	}
	if e.rate.retarget(rate) {
		e.applyRate()
	}
	return nil
}

// reopen opens the encoder anew for a rate that differs enough to be worth an IDR picture.
func (e *Encoder) reopen(rate units.Bitrate) error {
	if difference := rate - e.config.Bitrate; max(difference, -difference) < e.config.Bitrate/reopenPart {
		return nil
	}
	config := e.config
	config.Bitrate = rate
	fresh, err := openNamed(config)
	if err != nil {
		return fmt.Errorf("set bitrate %v: %w", rate, err)
	}
	e.Close()
	*e = *fresh
	return nil
}

// applyRate passes what the rate loop asks for to the codec, which picks it up with its next frame.
func (e *Encoder) applyRate() {
	if e.fixedRate {
		return
	}
	s := e.rate.setting()
	setRate(e.context, s.rate, s.buffer)
}

// Name returns the name of the encoder in use, never auto.
func (e *Encoder) Name() string { return e.config.Name }

// Close frees the encoder. The last packet's bytes are gone with it.
func (e *Encoder) Close() {
	if e.context == nil {
		return
	}
	e.packet.Free()
	e.input.Free()
	if e.upload != nil {
		e.upload.free()
	}
	e.context.Free()
	e.context = nil
}

// outcome turns FFmpeg's "try again" into ErrNoOutput.
func outcome(err error) error {
	if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
		return ErrNoOutput
	}
	return err
}
