package doctor

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"

	"airbridge/internal/av"
)

// codecFacts is the answer to using every codec once.
type codecFacts struct {
	// ffmpeg is FFmpeg's version.
	ffmpeg string
	// encoders are all that Airbridge knows, decoder is the one for H.264.
	encoders []codecTry
	decoder  codecTry
	graphics graphicsFacts
}

// codecTry is the answer to one codec's work on one picture.
type codecTry struct {
	name string
	err  error
}

// codecs checks FFmpeg, and for every codec whether it really works here: that FFmpeg lists an encoder says nothing
// about the hardware beneath it.
func codecs(probe func(context.Context) codecFacts) Check {
	return func(ctx context.Context) []Finding {
		f := probe(ctx)
		if f.unavailable() {
			return []Finding{{
				Area: "FFmpeg", State: Missing, Detail: "this program was built without it, so it can neither encode nor decode",
				Remedy: "make build   (installs FFmpeg's development packages and builds with cgo)",
			}}
		}
		found := []Finding{{Area: "FFmpeg", State: OK, Detail: f.ffmpeg}}
		for _, e := range f.encoders {
			found = append(found, f.judgeEncoder(e))
		}
		return append(found, f.judgeHardware(), f.judgeDecoder())
	}
}

func (f codecFacts) unavailable() bool { return errors.Is(f.decoder.err, av.ErrUnavailable) }

// working returns the encoders that encode here.
func (f codecFacts) working() (names []string) {
	for _, e := range f.encoders {
		if e.err == nil {
			names = append(names, e.name)
		}
	}
	return names
}

// judgeEncoder finds an encoder missing only where it is the last resort and nothing else encodes.
func (f codecFacts) judgeEncoder(e codecTry) Finding {
	got := Finding{Area: "encoder " + e.name, State: OK, Detail: "opens and encodes"}
	switch {
	case e.err == nil:
	case e.name != av.EncoderX264:
		got.State, got.Detail = Absent, oneLine(e.err)
	case len(f.working()) > 0:
		got.State, got.Detail = Warn, oneLine(e.err)
		got.Remedy = "sudo apt-get install --reinstall libx264-164 libavcodec59"
	default:
		got.State, got.Detail = Missing, oneLine(e.err)
		got.Remedy = "sudo apt-get install --reinstall libx264-164 libavcodec59"
	}
	return got
}

func (f codecFacts) judgeHardware() Finding {
	got := Finding{Area: "hardware encoding", State: OK}
	hardware := slices.DeleteFunc(f.working(), func(name string) bool { return name == av.EncoderX264 })
	if len(hardware) > 0 {
		got.Detail = strings.Join(hardware, ", ")
		return got
	}
	got.State, got.Detail = Warn, "none: the processor encodes, which takes a core and some milliseconds a frame"
	switch {
	case len(f.graphics.makers) == 0:
		got.Detail += "; no graphics processor found"
	case f.graphics.locked != "":
		got.Detail += "; this user may not open " + f.graphics.locked
		got.Remedy = "sudo usermod -aG render,video \"$USER\"   (from the next login on)"
	default:
		got.Remedy = f.graphics.remedy()
	}
	return got
}

func (f codecFacts) judgeDecoder() Finding {
	if f.decoder.err != nil {
		return Finding{
			Area: "decoder " + f.decoder.name, State: Missing, Detail: oneLine(f.decoder.err),
			Remedy: "sudo apt-get install --reinstall libavcodec59",
		}
	}
	return Finding{Area: "decoder " + f.decoder.name, State: OK, Detail: "opens"}
}

// logAddress is the address of its context that FFmpeg writes into its log.
var logAddress = regexp.MustCompile(` @ 0x[0-9a-f]+`)

// oneLine is the error's text on one line, the same in every run: FFmpeg's own log stands in it.
func oneLine(err error) string {
	return strings.Join(strings.Fields(logAddress.ReplaceAllString(err.Error(), "")), " ")
}

func probeCodecs(context.Context) codecFacts {
	f := codecFacts{decoder: codecTry{name: "h264", err: tryDecoder()}}
	if f.unavailable() {
		return f
	}
	f.ffmpeg, _ = av.Version() // there is one: the decoder is not unavailable
	for _, p := range av.Probe() {
		f.encoders = append(f.encoders, codecTry{name: p.Name, err: p.Err})
	}
	f.graphics = readGraphics(os.DirFS("/"))
	return f
}

func tryDecoder() error {
	d, err := av.OpenDecoder(av.DecoderConfig{})
	if err == nil {
		d.Close()
	}
	return err
}
