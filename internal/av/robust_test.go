//go:build cgo

package av

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"airbridge/internal/picture"
)

// FuzzDecode feeds a decoder between two good pictures: it must neither crash nor stay broken.
func FuzzDecode(f *testing.F) {
	access, _ := stream(f, EncoderConfig{Width: 64, Height: 64}, 3, nil)
	f.Add(access[1])
	f.Add(access[0][:len(access[0])/2])
	f.Add([]byte{0, 0, 1, 0x67, 0xff, 0xff})
	d := mustDecoder(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if g, err := d.Decode(data, 1); err == nil {
			g.Release()
		}
		g, err := d.Decode(access[0], 2)
		if err != nil {
			t.Fatalf("a good IDR picture after %x: %v", data, err)
		}
		if g.Width() != 64 || g.Height() != 64 {
			t.Errorf("it is %dx%d, want 64x64", g.Width(), g.Height())
		}
		g.Release()
	})
}

func TestCodecsInParallel(t *testing.T) {
	var wait sync.WaitGroup
	for range 4 {
		e, d := mustEncoder(t, EncoderConfig{}), mustDecoder(t)
		f := mustGet(t, mustPool(t, testWidth, testHeight, 1))
		wait.Go(func() {
			paint := newTexture()
			for k := range 50 {
				paint.paint(f.Picture(), k)
				p, err := e.Encode(f, int64(k), false)
				if err != nil {
					t.Error(err)
					return
				}
				g, err := d.Decode(p.Bytes(), int64(k))
				if err != nil {
					t.Error(err)
					return
				}
				if psnr := picture.PSNR(f.Picture(), g.Picture()); psnr < 30 {
					t.Errorf("frame %d: PSNR %.1f dB, want 30 or more", k, psnr)
				}
				g.Release()
			}
		})
	}
	wait.Wait()
}

// One picture encoded by two encoders at once, as a spectator's view is.
func TestOneFrameForTwoEncoders(t *testing.T) {
	a, b := mustEncoder(t, EncoderConfig{}), mustEncoder(t, EncoderConfig{Slices: 1})
	p := mustPool(t, testWidth, testHeight, 1)
	for k := range 20 {
		f, ok := p.Get()
		if !ok {
			t.Fatal("the pool ran dry: an encoder kept its reference")
		}
		second := f.Ref()
		var wait sync.WaitGroup
		wait.Go(func() {
			defer second.Release()
			if p, err := b.Encode(second, int64(k), true); err != nil || !p.IDR {
				t.Errorf("second encoder, frame %d: IDR %v, %v; want an IDR picture", k, p.IDR, err)
			}
		})
		if p, err := a.Encode(f, int64(k), false); err != nil || p.IDR != (k == 0) {
			t.Errorf("first encoder, frame %d: IDR %v, %v; want %v", k, p.IDR, err, k == 0)
		}
		f.Release()
		wait.Wait()
	}
}

func TestDamagedFileIsReadAsFarAsItGoes(t *testing.T) {
	whole, err := os.ReadFile(record(t, testWidth, testHeight, 200, time.Second/72))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(whole) / 3; i < len(whole)/3+2000; i += 3 {
		whole[i] ^= 0x55
	}
	path := filepath.Join(t.TempDir(), "damaged.mp4")
	if err := os.WriteFile(path, whole[:len(whole)*4/5], 0o600); err != nil {
		t.Fatal(err)
	}
	in := mustInput(t, "file:"+path, InputConfig{})
	n := 0
	for ; n < 1000; n++ {
		f, _, err := in.Read()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Logf("it ended with: %v", err)
			}
			break
		}
		f.Release()
	}
	if n < 60 || n > 200 {
		t.Errorf("%d frames of a damaged file of 200, want at least those before the damage", n)
	}
}

// A file that changes its picture size half way: the conversion follows it.
func TestFileThatChangesItsSize(t *testing.T) {
	small, _ := stream(t, EncoderConfig{Width: 64, Height: 64}, 20, nil)
	large, _ := stream(t, EncoderConfig{Width: 128, Height: 96}, 20, nil)
	path := filepath.Join(t.TempDir(), "sizes.h264")
	var all []byte
	for _, unit := range append(small, large...) {
		all = append(all, unit...)
	}
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	in := mustInput(t, "file:"+path, InputConfig{Width: 96, Height: 80})
	if n := len(readAll(t, in, 96, 80)); n < 38 {
		t.Errorf("%d frames, want the 40 there are, less what the change costs", n)
	}
}

func TestFullRangeBecomesLimited(t *testing.T) {
	in := mustInput(t, "lavfi:color=c=white,format=yuvj420p", InputConfig{Width: 64, Height: 64})
	f, _, err := in.Read()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	if y := f.Picture().Y[0]; y < 233 || y > 236 {
		t.Errorf("full-range white has luma %d, want 235 as in limited range", y)
	}
}

func TestScreen(t *testing.T) {
	server, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Skip("no Xvfb here")
	}
	display := startScreen(t, server)
	in := mustInput(t, "x11:"+display, InputConfig{Width: 320, Height: 240, FPS: 60})
	if got := in.Info(); got.Width != 640 || got.Height != 480 || !got.Live {
		t.Errorf("Info() = %+v, want a live 640x480", got)
	}
	for k := range 3 {
		f, at, err := in.Read()
		if err != nil {
			t.Fatal(err)
		}
		if f.Width() != 320 || f.Height() != 240 || (at == 0) != (k == 0) {
			t.Errorf("picture %d is %dx%d at %v, want 320x240 and only the first at 0", k, f.Width(), f.Height(), at)
		}
		f.Release()
	}
}

// startScreen starts an X server on a display it picks itself and returns the display's name.
func startScreen(t *testing.T, server string) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	c := exec.Command(server, "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp")
	c.ExtraFiles = []*os.File{write}
	if err := c.Start(); err != nil {
		t.Skip("Xvfb does not start:", err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Skip("Xvfb names no display:", err)
	}
	return ":" + strings.TrimSpace(number)
}
