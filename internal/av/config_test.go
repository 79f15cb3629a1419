package av

import (
	"strings"
	"testing"
	"time"

	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestEncoderConfigDefaults(t *testing.T) {
	got := EncoderConfig{Width: 64, Height: 64}.withDefaults()
	got.Log = nil
	want := EncoderConfig{
		Name: "auto", Width: 64, Height: 64, FPS: 72,
		Bitrate: 30 * units.Mbps, MaxBitrate: 200 * units.Mbps, Slices: 4,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got := (EncoderConfig{Bitrate: 300 * units.Mbps}).withDefaults().MaxBitrate; got != 300*units.Mbps {
		t.Errorf("MaxBitrate defaults to %v for a bitrate of 300M, want 300M", got)
	}
}

func TestEncoderConfigAliases(t *testing.T) {
	for alias, want := range map[string]string{
		"": "auto", "auto": "auto", "x264": "libx264", "nvenc": "h264_nvenc", "vaapi": "h264_vaapi", "qsv": "h264_qsv",
		"h264_qsv": "h264_qsv",
	} {
		c := EncoderConfig{Name: alias, Width: 64, Height: 64}
		if err := c.Validate(); err != nil {
			t.Errorf("Validate() of %q = %v, want nil", alias, err)
		}
		if got := c.withDefaults().Name; got != want {
			t.Errorf("name %q stands for %q, want %q", alias, got, want)
		}
	}
}

func TestEncoderConfigFaults(t *testing.T) {
	good := EncoderConfig{Width: 640, Height: 352}
	for _, test := range []struct {
		spoil func(c *EncoderConfig)
		want  string
	}{
		{func(c *EncoderConfig) { c.Width = 641 }, "size 641x352"},
		{func(c *EncoderConfig) { c.Height = 0 }, "size 640x0"},
		{func(c *EncoderConfig) { c.Name = "hevc" }, `encoder "hevc"`},
		{func(c *EncoderConfig) { c.FPS = -1 }, "frame rate -1"},
		{func(c *EncoderConfig) { c.Slices = 17 }, "17 slices"},
		{func(c *EncoderConfig) { c.Bitrate = 1000 }, "bitrate 1k"},
		{func(c *EncoderConfig) { c.Bitrate, c.MaxBitrate = 2e6, 1e6 }, "bitrate 2M"},
		{func(c *EncoderConfig) { c.MaxBitrate = 2 * units.Gbps }, "maximum bitrate 2G"},
	} {
		c := good
		test.spoil(&c)
		_, err := OpenEncoder(c)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("OpenEncoder(%+v) = %v, want %q in it", c, err, test.want)
		}
	}
	both := EncoderConfig{Name: "foo", Width: 1, Height: 1}.Validate()
	if s := both.Error(); !strings.Contains(s, "foo") || !strings.Contains(s, "1x1") {
		t.Errorf("Validate() with two faults = %v, want both", both)
	}
}

func TestDecoderConfigFaults(t *testing.T) {
	if _, err := OpenDecoder(DecoderConfig{Threads: 17}); err == nil || !strings.Contains(err.Error(), "17 decoder threads") {
		t.Errorf("OpenDecoder with 17 threads = %v, want it refused", err)
	}
	if got := (DecoderConfig{}).withDefaults(); got.Codec != "h264" || got.Threads < 1 || got.Threads > 4 {
		t.Errorf("defaults = %+v, want h264 and 1 to 4 threads", got)
	}
}

func TestParseInput(t *testing.T) {
	for _, test := range []struct {
		spec, rest string
		kind       inputKind
		ok         bool
	}{
		{"lavfi:testsrc2=size=64x64", "testsrc2=size=64x64", inputLavfi, true},
		{"file:/tmp/a:b.mp4", "/tmp/a:b.mp4", inputFile, true},
		{"x11::0.0", ":0.0", inputX11, true},
		{"url:rtsp://host/x", "rtsp://host/x", inputURL, true},
		{"file:", "", "", false},
		{"/tmp/a.mp4", "", "", false},
		{"", "", "", false},
		{"LAVFI:x", "", "", false},
	} {
		kind, rest, err := parseInput(test.spec)
		if kind != test.kind || rest != test.rest || (err == nil) != test.ok {
			t.Errorf("parseInput(%q) = %q, %q, %v; want %q, %q, ok %v", test.spec, kind, rest, err, test.kind, test.rest, test.ok)
		}
	}
}

func TestSizedGraph(t *testing.T) {
	known := func(filter, option string) bool { return filter == "testsrc2" || filter == "noise" && option == "rate" }
	want := InputConfig{Width: 640, Height: 352, FPS: 72}
	for _, test := range []struct {
		graph, sized string
		rated        bool
	}{
		{"testsrc2", "testsrc2=size=640x352:rate=72", true},
		{" testsrc2 ", "testsrc2=size=640x352:rate=72", true},
		{"testsrc2=duration=1", "testsrc2=duration=1:size=640x352:rate=72", true},
		{"testsrc2=size=64x64", "testsrc2=size=64x64:rate=72", true},
		{"testsrc2=s=64x64:r=30", "testsrc2=s=64x64:r=30", false},
		{"noise", "noise=rate=72", true},
		{"unknown", "unknown", false},
		{"testsrc2,hflip", "testsrc2,hflip", false},
		{"testsrc2[a];[a]hflip", "testsrc2[a];[a]hflip", false},
	} {
		sized, rated := sizedGraph(test.graph, want, known)
		if sized != test.sized || rated != test.rated {
			t.Errorf("sizedGraph(%q) = %q, %v; want %q, %v", test.graph, sized, rated, test.sized, test.rated)
		}
	}
	if got, _ := sizedGraph("testsrc2", InputConfig{FPS: 60}, known); got != "testsrc2=rate=60" {
		t.Errorf("sizedGraph without a size = %q, want the source's own size", got)
	}
}

func TestInputConfigFaults(t *testing.T) {
	for _, c := range []InputConfig{{Width: 641, Height: 352}, {Width: 640}, {FPS: 2000}, {FPS: -1}} {
		if in, err := OpenInput("lavfi:testsrc2", c); err == nil || !strings.Contains(err.Error(), "lavfi:testsrc2") {
			t.Errorf("OpenInput with %+v = %v, %v; want an error that names the input", c, in, err)
		}
	}
	if got := (InputConfig{}).withDefaults(); got.FPS != 60 || got.OpenTimeout != 10*time.Second {
		t.Errorf("defaults = %+v, want 60 fps and 10 s", got)
	}
}
