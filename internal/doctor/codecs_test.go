package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"airbridge/internal/av"

	"github.com/google/go-cmp/cmp"
)

// machineWith returns the facts of a machine on which only the named encoders work.
func machineWith(working ...string) codecFacts {
	f := codecFacts{ffmpeg: "5.1.9", decoder: codecTry{name: "h264"}}
	for _, name := range []string{av.EncoderX264, av.EncoderNVENC, av.EncoderVAAPI, av.EncoderQSV} {
		try := codecTry{name: name, err: errAny}
		for _, w := range working {
			if w == name {
				try.err = nil
			}
		}
		f.encoders = append(f.encoders, try)
	}
	return f
}

func TestCodecs(t *testing.T) {
	brokenDecoder := machineWith(av.EncoderX264)
	brokenDecoder.decoder.err = errors.New("decoder [h264 @ 0x7f84a40036c0]\nis gone")
	withoutFFmpeg := codecFacts{decoder: codecTry{err: fmt.Errorf("open: %w", av.ErrUnavailable)}}
	nvidia, locked := machineWith(av.EncoderX264), machineWith(av.EncoderX264)
	nvidia.graphics.makers = []string{"0x10de"}
	locked.graphics = graphicsFacts{makers: []string{"0x1002"}, locked: "/dev/dri/renderD128"}
	for _, c := range []struct {
		name  string
		facts codecFacts
		area  string
		state State
		words []string
	}{
		{"version", machineWith(), "FFmpeg", OK, []string{"5.1.9"}},
		{"built without", withoutFFmpeg, "FFmpeg", Missing, []string{"make build"}},
		{"software", machineWith(av.EncoderX264), "encoder libx264", OK, []string{"encodes"}},
		{"no encoder at all", machineWith(), "encoder libx264", Missing, []string{"no such device", "libx264-164"}},
		{"no x264, but hardware", machineWith(av.EncoderVAAPI), "encoder libx264", Warn, []string{"no such device"}},
		{"hardware that is not here", machineWith(av.EncoderX264), "encoder h264_nvenc", Absent, []string{"no such device"}},
		{"hardware that is", machineWith(av.EncoderNVENC), "encoder h264_nvenc", OK, nil},
		{"which hardware", machineWith(av.EncoderX264, av.EncoderVAAPI, av.EncoderQSV), "hardware encoding", OK, []string{"h264_vaapi, h264_qsv"}},
		{"a card without driver", nvidia, "hardware encoding", Warn, []string{"nvidia-driver"}},
		{"a card that is locked", locked, "hardware encoding", Warn, []string{"renderD128", "usermod -aG render"}},
		{"decoder", machineWith(), "decoder h264", OK, nil},
		{"no decoder", brokenDecoder, "decoder h264", Missing, []string{"decoder [h264] is gone", "libavcodec59"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, judged(t, codecs(given(c.facts)), c.area), c.state, c.words...)
		})
	}
}

// Without a graphics processor no package helps, and none must be recommended.
func TestNoGraphicsProcessorHasNoRemedy(t *testing.T) {
	got := judged(t, codecs(given(machineWith(av.EncoderX264))), "hardware encoding")
	if got.State != Warn || got.Remedy != "" {
		t.Errorf("got %+v, want a warning without remedy", got)
	}
}

func TestReadGraphics(t *testing.T) {
	device := func(class, vendor string) fstest.MapFS {
		return fstest.MapFS{
			"sys/bus/pci/devices/0000:01:00.0/class":  {Data: []byte(class + "\n")},
			"sys/bus/pci/devices/0000:01:00.0/vendor": {Data: []byte(vendor + "\n")},
		}
	}
	for _, c := range []struct {
		name string
		root fs.FS
		want graphicsFacts
	}{
		{"nothing", fstest.MapFS{}, graphicsFacts{}},
		{"an NVIDIA card", device("0x030000", "0x10de"), graphicsFacts{makers: []string{"0x10de"}}},
		{"a card of a virtual machine", device("0x030000", "0x1234"), graphicsFacts{}},
		{"an Intel network card", device("0x020000", "0x8086"), graphicsFacts{}},
		{
			"a locked node",
			lockedNode{device("0x038000", "0x1002")},
			graphicsFacts{makers: []string{"0x1002"}, locked: "/dev/dri/renderD128"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := readGraphics(c.root)
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(graphicsFacts{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Two cards of one maker need one remedy, and each maker's its own.
func TestGraphicsRemedy(t *testing.T) {
	f := graphicsFacts{makers: []string{"0x8086", "0x10de", "0x10de"}}
	want := graphicsRemedies["0x8086"] + "\n" + graphicsRemedies["0x10de"]
	if got := f.remedy(); got != want {
		t.Errorf("remedy %q, want %q", got, want)
	}
}

// lockedNode is a tree with a render node that does not open.
type lockedNode struct{ fstest.MapFS }

func (l lockedNode) Open(name string) (fs.File, error) {
	if name == "dev/dri/renderD128" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

func (l lockedNode) Glob(pattern string) ([]string, error) {
	if pattern == "dev/dri/renderD*" {
		return []string{"dev/dri/renderD128"}, nil
	}
	return fs.Glob(l.MapFS, pattern)
}
