//go:build cgo

package av

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astiav"
)

// maxInputFrames bounds the frames of one input that are out at a time.
const maxInputFrames = 64

// Input delivers pictures of a generator, a file, a screen or a network stream, in one size. Read is for one goroutine;
// Interrupt and Close may come from any other.
type Input struct {
	spec  string
	want  InputConfig
	info  InputInfo
	shelf *shelf

	interrupted atomic.Bool
	life        sync.Mutex // held for an instant by whoever interrupts or frees
	freed       bool

	mu      sync.Mutex // held while FFmpeg works; life is taken inside it, never the other way round
	closed  bool
	demux   *demuxer // nil for a generator
	graph   *graph   // nil while pictures come as they are wanted
	decoded *astiav.Frame
	// first is the timestamp of the first picture in base, the unit of the timestamps.
	first   int64
	base    astiav.Rational
	started bool
}

// OpenInput opens a source by its spec:
//
//	lavfi:GRAPH    a filter graph of FFmpeg that makes pictures, such as testsrc2
//	file:PATH      a video file
//	x11:DISPLAY    the screen of an X11 display, such as :0
//	url:URL        a network stream
//
// A graph of one bare source is made in the wanted size and rate; everything else is scaled where it differs. The error
// of a source that does not open says why.
func OpenInput(spec string, want InputConfig) (*Input, error) {
	kind, rest, err := parseInput(spec)
	if err != nil {
		return nil, err
	}
	if err := want.Validate(); err != nil {
		return nil, fmt.Errorf("input %q: %w", spec, err)
	}
	in := &Input{spec: spec, want: want.withDefaults(), decoded: astiav.AllocFrame(), shelf: &shelf{limit: maxInputFrames}}
	if err := explain(func() error { return in.open(kind, rest) }); err != nil {
		in.Close()
		return nil, fmt.Errorf("input %q: %w", spec, err)
	}
	return in, nil
}

func (in *Input) open(kind inputKind, rest string) (err error) {
	switch kind {
	case inputLavfi:
		return in.openGenerator(rest)
	case inputX11:
		options := map[string]string{"framerate": strconv.Itoa(in.want.FPS)}
		in.demux, err = openDemuxer(rest, "x11grab", options, in.want.OpenTimeout)
	case inputURL:
		in.demux, err = openDemuxer(rest, "", nil, in.want.OpenTimeout)
	default:
		// With its protocol said, a path cannot be taken for a URL.
		in.demux, err = openDemuxer("file:"+rest, "", nil, in.want.OpenTimeout)
	}
	if err != nil {
		return err
	}
	parameters := in.demux.stream.CodecParameters()
	in.base = in.demux.stream.TimeBase()
	in.info = InputInfo{
		Width: parameters.Width(), Height: parameters.Height(),
		FPS: rational(in.demux.stream.AvgFrameRate()), Live: kind != inputFile,
	}
	return nil
}

// openGenerator builds the whole graph from source to wanted size: frames come out of it without a copy.
func (in *Input) openGenerator(description string) (err error) {
	sized, rated := sizedGraph(description, in.want, filterHasOption)
	if !rated {
		sized += ",fps=" + strconv.Itoa(in.want.FPS)
	}
	if in.graph, err = newGenerator(sized + "," + in.conversion()); err != nil {
		return err
	}
	in.base = sinkTimeBase(in.graph.sink)
	in.info = InputInfo{Width: in.want.Width, Height: in.want.Height, FPS: rational(sinkFrameRate(in.graph.sink))}
	if in.want.Width == 0 {
		in.info.Width, in.info.Height = sinkSize(in.graph.sink)
	}
	return nil
}

// conversion returns the filters that turn any picture into a wanted one; they pass on what is one already.
func (in *Input) conversion() string {
	size := "trunc(iw/2)*2:trunc(ih/2)*2"
	if in.want.Width > 0 {
		size = fmt.Sprintf("%d:%d", in.want.Width, in.want.Height)
	}
	return "scale=" + size + ":flags=fast_bilinear:out_color_matrix=bt709:out_range=tv,format=yuv420p"
}

// Info returns what the source is like.
func (in *Input) Info() InputInfo { return in.info }

// Read returns the next picture, which the caller releases and must not write, and its time since the first one. A live
// source makes it wait. At the end it returns io.EOF, after Interrupt ErrInterrupted, after Close ErrClosed.
func (in *Input) Read() (*Frame, time.Duration, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return nil, 0, in.failed(ErrClosed)
	}
	if in.interrupted.Load() {
		return nil, 0, in.failed(ErrInterrupted)
	}
	f, ok := in.shelf.take()
	if !ok {
		return nil, 0, in.failed(errors.New("too many frames not released"))
	}
	pts, err := in.read(f)
	if err != nil {
		f.Release()
		if errors.Is(err, io.EOF) {
			return nil, 0, io.EOF
		}
		if in.interrupted.Load() {
			err = ErrInterrupted
		}
		return nil, 0, in.failed(err)
	}
	return f, pts, nil
}

func (in *Input) failed(err error) error { return fmt.Errorf("input %q: %w", in.spec, err) }

// read gets one picture into f, through the graph where one is needed.
func (in *Input) read(f *Frame) (time.Duration, error) {
	if err := in.next(f.native.Frame); err != nil {
		return 0, err
	}
	var err error
	if f.view, err = f.native.picture(); err != nil {
		return 0, err
	}
	pts := f.native.Pts()
	if !in.started {
		in.started, in.first = true, pts
	}
	return duration(pts-in.first, in.base), nil
}

// next gets the next wanted picture into f.
func (in *Input) next(f *astiav.Frame) error {
	for {
		if in.graph != nil {
			err := in.graph.pull(f)
			if err == nil || !errors.Is(err, astiav.ErrEagain) || in.demux == nil {
				return endOfStream(err)
			}
		}
		if done, err := in.advance(f); done || err != nil {
			return err
		}
	}
}

// advance decodes a picture: into f where it is wanted as it is, else into the graph.
func (in *Input) advance(f *astiav.Frame) (done bool, err error) {
	in.decoded.Unref()
	if err := in.demux.read(in.decoded); err != nil {
		if errors.Is(err, io.EOF) && in.graph != nil {
			return false, in.graph.push(nil) // what it holds comes out first
		}
		return false, err
	}
	seen := formatOf(in.decoded)
	if in.graph == nil && in.fits(seen) {
		f.MoveRef(in.decoded)
		return true, nil
	}
	if in.graph == nil || in.graph.input != seen {
		if err := in.convert(seen); err != nil {
			return false, err
		}
	}
	return false, in.graph.push(in.decoded)
}

// fits reports whether pictures of a format need no conversion.
func (in *Input) fits(f format) bool {
	return f.pixel == astiav.PixelFormatYuv420P && f.colour != astiav.ColorRangeJpeg &&
		(in.want.Width == 0 && f.width%2 == 0 && f.height%2 == 0 || f.width == in.want.Width && f.height == in.want.Height)
}

// convert makes the graph for pictures of a format; a stream may change it on the way.
func (in *Input) convert(f format) error {
	if in.graph != nil {
		in.graph.free()
	}
	var err error
	in.graph, err = newConverter(in.conversion(), f, in.base)
	return err
}

// Interrupt makes a Read that waits, and every later one, return ErrInterrupted.
func (in *Input) Interrupt() {
	in.interrupted.Store(true)
	in.life.Lock()
	defer in.life.Unlock()
	if in.demux != nil && !in.freed {
		in.demux.stop.interrupt()
	}
}

// Close ends a Read that waits and frees the source. Frames still held stay valid until their last Release.
func (in *Input) Close() {
	in.Interrupt()
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return
	}
	in.closed = true
	in.life.Lock()
	defer in.life.Unlock()
	in.freed = true
	if in.graph != nil {
		in.graph.free()
	}
	if in.demux != nil {
		in.demux.free()
	}
	in.decoded.Free()
	in.shelf.close()
}

// Out returns how many frames are handed out and not released.
func (in *Input) Out() int { return in.shelf.outstanding() }

// endOfStream turns FFmpeg's end of stream into io.EOF.
func endOfStream(err error) error {
	if errors.Is(err, astiav.ErrEof) {
		return io.EOF
	}
	return err
}

// rational returns r as a number, zero where it is undefined.
func rational(r astiav.Rational) float64 {
	if r.Den() == 0 {
		return 0
	}
	return float64(r.Num()) / float64(r.Den())
}

// duration returns how long n units of r seconds are.
func duration(n int64, r astiav.Rational) time.Duration {
	return time.Duration(float64(n) * rational(r) * float64(time.Second))
}
