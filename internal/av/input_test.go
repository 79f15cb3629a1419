//go:build cgo

package av

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/internal/picture"
	"airbridge/units"
)

func mustInput(t testing.TB, spec string, want InputConfig) *Input {
	t.Helper()
	in, err := OpenInput(spec, want)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out := in.Out(); out != 0 {
			t.Errorf("%d frames of %s were not released", out, spec)
		}
		in.Close()
	})
	return in
}

// readAll reads an input to its end and returns the times of its pictures.
func readAll(t *testing.T, in *Input, width, height int) (times []time.Duration) {
	t.Helper()
	for len(times) < 10000 {
		f, at, err := in.Read()
		if err == io.EOF {
			return times
		}
		if err != nil {
			t.Fatal(err)
		}
		if f.Width() != width || f.Height() != height {
			t.Errorf("picture %d is %dx%d, want %dx%d", len(times), f.Width(), f.Height(), width, height)
		}
		f.Release()
		times = append(times, at)
	}
	t.Fatal("input does not end")
	return nil
}

func TestGenerators(t *testing.T) {
	want := InputConfig{Width: 160, Height: 96, FPS: 50}
	for _, test := range []struct {
		spec   string
		want   InputConfig
		frames int
		last   time.Duration
		info   InputInfo
	}{
		{"lavfi:testsrc2=duration=1", want, 50, 980 * time.Millisecond, InputInfo{160, 96, 50, false}},
		{"lavfi:testsrc2=duration=1:size=64x64", want, 50, 980 * time.Millisecond, InputInfo{160, 96, 50, false}},
		{"lavfi:testsrc2=duration=1:rate=25", want, 50, 980 * time.Millisecond, InputInfo{160, 96, 50, false}},
		{"lavfi:testsrc2=duration=1,hflip,negate", want, 50, 980 * time.Millisecond, InputInfo{160, 96, 50, false}},
		{"lavfi:rgbtestsrc=duration=1", want, 50, 980 * time.Millisecond, InputInfo{160, 96, 50, false}},
		{"lavfi:testsrc2=duration=0.1:size=64x48", InputConfig{}, 6, 83333333, InputInfo{64, 48, 60, false}},
		{"lavfi:testsrc2=duration=0.1:size=63x47", InputConfig{}, 6, 83333333, InputInfo{62, 46, 60, false}},
	} {
		in := mustInput(t, test.spec, test.want)
		if got := in.Info(); got != test.info {
			t.Errorf("%s: Info() = %+v, want %+v", test.spec, got, test.info)
		}
		times := readAll(t, in, test.info.Width, test.info.Height)
		if len(times) != test.frames || times[0] != 0 || (times[len(times)-1]-test.last).Abs() > time.Microsecond {
			t.Errorf("%s: %d frames from %v to %v, want %d to %v", test.spec, len(times), times[0], times[len(times)-1], test.frames, test.last)
		}
		if _, _, err := in.Read(); err != io.EOF {
			t.Errorf("%s: Read after the end = %v, want io.EOF again", test.spec, err)
		}
	}
}

// record makes a file of n textured pictures and returns its path.
func record(t *testing.T, width, height, n int, period time.Duration) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recorded.mp4")
	r, err := NewRecorder(path, width, height, period)
	if err != nil {
		t.Fatal(err)
	}
	access, idrs := stream(t, EncoderConfig{Width: width, Height: height, Bitrate: 6 * units.Mbps}, n, nil)
	for k, unit := range access {
		if err := r.Write(unit, time.Duration(k)*period, idrs[k]); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRecordingReadBack(t *testing.T) {
	const n, period = 100, time.Second / 72
	path := record(t, testWidth, testHeight, n, period)
	in := mustInput(t, "file:"+path, InputConfig{})
	info := in.Info()
	if info.Width != testWidth || info.Height != testHeight || info.Live || info.FPS < 71.5 || info.FPS > 72.5 {
		t.Errorf("Info() = %+v, want %dx%d at 72, not live", info, testWidth, testHeight)
	}
	original := picture.New(testWidth, testHeight)
	paint := newTexture()
	for k := range n {
		f, at, err := in.Read()
		if err != nil {
			t.Fatalf("frame %d of %d: %v", k, n, err)
		}
		if want := time.Duration(k) * period; (at - want).Abs() > 20*time.Microsecond {
			t.Errorf("frame %d at %v, want %v", k, at, want)
		}
		paint.paint(original, k)
		if psnr := picture.PSNR(original, f.Picture()); psnr < 30 {
			t.Errorf("frame %d: PSNR %.1f dB, want 30 or more", k, psnr)
		}
		f.Release()
	}
	if _, _, err := in.Read(); err != io.EOF {
		t.Errorf("Read after %d frames = %v, want io.EOF", n, err)
	}
}

func TestFileScaled(t *testing.T) {
	path := record(t, 128, 64, 10, time.Second/30)
	in := mustInput(t, "file:"+path, InputConfig{Width: 192, Height: 96})
	if got := in.Info(); got.Width != 128 || got.Height != 64 {
		t.Errorf("Info() = %+v, want the file's own size 128x64", got)
	}
	if n := len(readAll(t, in, 192, 96)); n != 10 {
		t.Errorf("%d frames, want 10", n)
	}
}

func TestFileOfTheWantedSizeIsNotCopied(t *testing.T) {
	path := record(t, 128, 64, 3, time.Second/30)
	in := mustInput(t, "file:"+path, InputConfig{Width: 128, Height: 64})
	readAll(t, in, 128, 64)
	if in.graph != nil {
		t.Error("pictures of the wanted size went through a filter graph")
	}
}

func TestOpenInputErrorsSayWhy(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte("this is no video"), 0o600); err != nil {
		t.Fatal(err)
	}
	sound := filepath.Join(dir, "sound.wav")
	// A RIFF header of 8 kHz mono bytes and a little silence.
	wav := "RIFF\x44\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x20\x00\x00\x00"
	if err := os.WriteFile(sound, []byte(wav+strings.Repeat("\x80", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ spec, want string }{
		{"file:" + filepath.Join(dir, "missing.mp4"), "No such file"},
		{"file:" + junk, "Invalid data"},
		{"file:" + dir, "Is a directory"},
		{"file:" + sound, "no video stream"},
		{"lavfi:nosuchfilter", "No such filter: 'nosuchfilter'"},
		{"lavfi:testsrc2=nosuchoption=1", "Option 'nosuchoption' not found"},
		{"lavfi:hflip", "not connected"},
		{"lavfi:testsrc2[", "lavfi:testsrc2["},
		{"x11::97531", "Cannot open display :97531"},
		{"url:http://127.0.0.1:1/x", "Connection refused"},
		{"url:nosuch://x", "Protocol not found"},
		{"camera", "want lavfi:GRAPH"},
	} {
		in, err := OpenInput(test.spec, InputConfig{Width: 64, Height: 64})
		if err == nil {
			in.Close()
			t.Errorf("OpenInput(%q) = nil error, want %q", test.spec, test.want)
			continue
		}
		if s := err.Error(); !strings.Contains(s, test.want) || !strings.Contains(s, test.spec) {
			t.Errorf("OpenInput(%q) = %v, want the spec and %q in it", test.spec, err, test.want)
		}
	}
}

func TestOpenInputGivesUpOnASilentSource(t *testing.T) {
	_, err := OpenInput("url:"+silentServer(t), InputConfig{OpenTimeout: 50 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "nothing came in 50ms") {
		t.Errorf("OpenInput of a silent server = %v, want it to give up", err)
	}
}

// silentServer accepts connections and says nothing; it returns its URL.
func silentServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback:", err)
	}
	t.Cleanup(func() { l.Close() })
	return "tcp://" + l.Addr().String()
}

// stallingServer sends a stream of n pictures and then nothing, without closing; it returns its URL.
func stallingServer(t *testing.T, n int) string {
	t.Helper()
	access, _ := stream(t, EncoderConfig{}, n, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback:", err)
	}
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for _, unit := range access {
			if _, err := c.Write(unit); err != nil {
				return
			}
		}
		<-done
	}()
	t.Cleanup(func() {
		l.Close()
		close(done)
		<-stopped
	})
	return "tcp://" + l.Addr().String()
}

func TestBlockedReadEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(in *Input)
	}{
		{"Interrupt", (*Input).Interrupt},
		{"Close", (*Input).Close},
	} {
		t.Run(test.name, func(t *testing.T) {
			const sent = 400 // enough to open by; then the server stalls
			in := mustInput(t, "url:"+stallingServer(t, sent), InputConfig{})
			if !in.Info().Live {
				t.Error("Info().Live of a network stream = false, want true")
			}
			nearly := make(chan struct{})
			result := make(chan error)
			go func() {
				for k := 0; ; k++ {
					f, _, err := in.Read()
					if err != nil {
						result <- err
						return
					}
					f.Release()
					if k == sent-20 { // the last ones stay in FFmpeg's buffers
						close(nearly)
					}
				}
			}()
			<-nearly
			test.end(in)
			if err := <-result; !errors.Is(err, ErrInterrupted) && !errors.Is(err, ErrClosed) {
				t.Errorf("a Read that waits ended with %v, want ErrInterrupted or ErrClosed", err)
			}
			if _, _, err := in.Read(); err == nil {
				t.Error("Read afterwards = nil error, want one")
			}
		})
	}
}

func TestInputFramesOutliveIt(t *testing.T) {
	in, err := OpenInput("lavfi:testsrc2", InputConfig{Width: 64, Height: 64})
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := in.Read()
	if err != nil {
		t.Fatal(err)
	}
	before := append([]byte(nil), f.Picture().Y...)
	in.Close()
	in.Close() // twice is harmless
	if string(before) != string(f.Picture().Y) {
		t.Error("the picture changed when its input was closed")
	}
	f.Release()
	if _, _, err := in.Read(); !errors.Is(err, ErrClosed) {
		t.Errorf("Read after Close = %v, want ErrClosed", err)
	}
}

func TestInputFeedsEncoderWithoutACopy(t *testing.T) {
	in := mustInput(t, "lavfi:testsrc2", InputConfig{Width: testWidth, Height: testHeight})
	e, d := mustEncoder(t, EncoderConfig{}), mustDecoder(t)
	for k := range 10 {
		f, _, err := in.Read()
		if err != nil {
			t.Fatal(err)
		}
		g, err := d.Decode(mustEncode(t, e, f, int64(k), false).Bytes(), int64(k))
		if err != nil {
			t.Fatal(err)
		}
		if psnr := picture.PSNR(f.Picture(), g.Picture()); psnr < 30 {
			t.Errorf("frame %d: PSNR %.1f dB, want 30 or more", k, psnr)
		}
		f.Release()
		g.Release()
	}
}
