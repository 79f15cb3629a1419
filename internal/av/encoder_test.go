//go:build cgo

package av

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"airbridge/internal/av/annexb"
	"airbridge/units"
)

func TestIDROnDemandOnlyOnThatFrame(t *testing.T) {
	wanted := []int{0, 7, 8, 20} // the first frame is one without being asked for
	access, idrs := stream(t, EncoderConfig{Width: 480, Height: 272}, 30, func(k int) bool { return k > 0 && slices.Contains(wanted, k) })
	for k, unit := range access {
		want := slices.Contains(wanted, k)
		if idrs[k] != want {
			t.Errorf("frame %d: IDR %v, want %v", k, idrs[k], want)
		}
		var types []uint8
		r := annexb.Read(unit)
		for u, ok := r.Next(); ok; u, ok = r.Next() {
			if u.Type != annexb.TypeSEI {
				types = append(types, u.Type)
			}
		}
		expect := []uint8{1, 1, 1, 1}
		if want {
			expect = []uint8{7, 8, 5, 5, 5, 5}
		}
		if !slices.Equal(types, expect) {
			t.Errorf("frame %d has units %v, want %v", k, types, expect)
		}
	}
}

func TestNoIDRWithoutDemand(t *testing.T) {
	// Scene cuts and long streams must not bring IDR pictures of the encoder's own.
	e := mustEncoder(t, EncoderConfig{Bitrate: 2 * units.Mbps})
	f := mustGet(t, mustPool(t, testWidth, testHeight, 1))
	paint := newTexture()
	for k := range 600 {
		if k%50 == 0 {
			v := f.Picture()
			v.Fill(byte(k%200+20), 128, 128)
		} else {
			paint.paint(f.Picture(), k)
		}
		if p := mustEncode(t, e, f, int64(k), false); p.IDR != (k == 0) {
			t.Fatalf("frame %d: IDR %v, want %v", k, p.IDR, k == 0)
		}
	}
}

func TestSlices(t *testing.T) {
	for _, test := range []struct{ slices, height, want int }{
		{1, 544, 1}, {2, 544, 2}, {4, 544, 4}, {8, 544, 8}, {0, 544, 4}, {4, 192, 3},
	} {
		n := test.want
		e := mustEncoder(t, EncoderConfig{Slices: test.slices, Width: 320, Height: test.height})
		f := mustGet(t, mustPool(t, 320, test.height, 1))
		for k := range 3 {
			newTexture().paint(f.Picture(), k)
			p := mustEncode(t, e, f, int64(k), false)
			if got := len(p.Slices()); got != n {
				t.Errorf("frame %d of height %d, %d slices wanted, came in %d, want %d", k, test.height, test.slices, got, n)
			}
			if !bytes.Equal(slices.Concat(p.Slices()...), p.Bytes()) {
				t.Errorf("frame %d: slices put together are not the access unit", k)
			}
			if &p.Slices()[0][0] != &p.Bytes()[0] {
				t.Errorf("frame %d: slices are copies, want views", k)
			}
		}
	}
}

// meanRate returns the mean rate of frames of a size, in bits per second.
func meanRate(sizes []int, fps int) units.Bitrate {
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	return units.Bitrate(float64(sum) * 8 * float64(fps) / float64(len(sizes)))
}

func within(t *testing.T, what string, got, want units.Bitrate, part float64) {
	t.Helper()
	if math.Abs(float64(got)/float64(want)-1) > part {
		t.Errorf("%s: %v, want %v within %.0f %%", what, got, want, part*100)
	}
}

// The rate and the size of IDR pictures at the working point most sessions have: 30 Mbps, 72 fps, 1920x1080.
func TestRateAtTheWorkingPoint(t *testing.T) {
	const fps = 72
	e := mustEncoder(t, EncoderConfig{Width: 1920, Height: 1080, FPS: fps, Bitrate: 30 * units.Mbps})
	f := mustGet(t, mustPool(t, 1920, 1080, 1))
	paint := newTexture()
	var sizes []int
	idr := 0
	for k := range 120 {
		paint.paint(f.Picture(), k)
		p := mustEncode(t, e, f, int64(k), k == 100)
		switch {
		case k == 100:
			idr = len(p.Bytes())
		case k > 0 && k < 100:
			sizes = append(sizes, len(p.Bytes()))
		}
	}
	within(t, "mean rate", meanRate(sizes, fps), 30*units.Mbps, 0.1)
	mean := float64(meanRate(sizes, fps)) / 8 / fps
	if largest := slices.Max(sizes); float64(largest) > 1.5*mean {
		t.Errorf("largest frame is %d bytes, %.2f times the mean, want 1.5 at most", largest, float64(largest)/mean)
	}
	if float64(idr) > 3*mean {
		t.Errorf("IDR picture is %d bytes, %.2f times the mean, want 3 at most", idr, float64(idr)/mean)
	}
}

func TestLiveBitrate(t *testing.T) {
	const fps, settle, measure = 72, 6, 90
	e := mustEncoder(t, EncoderConfig{Width: 960, Height: 544, FPS: fps, Bitrate: 30 * units.Mbps})
	f := mustGet(t, mustPool(t, 960, 544, 1))
	paint := newTexture()
	k := 0
	for _, rate := range []units.Bitrate{30 * units.Mbps, 8 * units.Mbps, 30 * units.Mbps, 12 * units.Mbps, 2 * units.Mbps} {
		if err := e.SetBitrate(rate); err != nil {
			t.Fatal(err)
		}
		var sizes []int
		for range settle + measure {
			paint.paint(f.Picture(), k)
			p := mustEncode(t, e, f, int64(k), false)
			if p.IDR != (k == 0) {
				t.Fatalf("frame %d at %v: IDR %v, want %v", k, rate, p.IDR, k == 0)
			}
			sizes = append(sizes, len(p.Bytes()))
			k++
		}
		within(t, "first frames after the change to "+rate.String(), meanRate(sizes[settle:2*settle], fps), rate, 0.25)
		within(t, "settled at "+rate.String(), meanRate(sizes[settle:], fps), rate, 0.1)
	}
}

func TestSetBitrateRefuses(t *testing.T) {
	e := mustEncoder(t, EncoderConfig{Bitrate: units.Mbps, MaxBitrate: 5 * units.Mbps})
	for _, rate := range []units.Bitrate{0, -1, 99 * units.Kbps, 6 * units.Mbps} {
		if err := e.SetBitrate(rate); err == nil {
			t.Errorf("SetBitrate(%v) = nil, want an error: the range is 100k to 5M", rate)
		}
	}
	if err := e.SetBitrate(5 * units.Mbps); err != nil {
		t.Errorf("SetBitrate of the maximum = %v, want nil", err)
	}
}

// An encoder whose rate is fixed is opened anew; libx264 stands in for the hardware that cannot run here.
func TestFixedRateEncoderIsOpenedAnew(t *testing.T) {
	e := mustEncoder(t, EncoderConfig{Bitrate: 4 * units.Mbps})
	e.fixedRate = true
	f := mustGet(t, mustPool(t, testWidth, testHeight, 1))
	mustEncode(t, e, f, 0, false)
	if err := e.SetBitrate(4500 * units.Kbps); err != nil {
		t.Fatal(err)
	}
	if p := mustEncode(t, e, f, 1, false); p.IDR {
		t.Error("a change of an eighth brought an IDR picture, want it ignored")
	}
	if err := e.SetBitrate(2 * units.Mbps); err != nil {
		t.Fatal(err)
	}
	if p := mustEncode(t, e, f, 2, false); !p.IDR || e.config.Bitrate != 2*units.Mbps {
		t.Errorf("after a change by half: IDR %v at %v, want an IDR picture at 2M", p.IDR, e.config.Bitrate)
	}
}

func TestEncodeRefuses(t *testing.T) {
	e := mustEncoder(t, EncoderConfig{})
	wrong := mustGet(t, mustPool(t, 64, 64, 1))
	if _, err := e.Encode(wrong, 3, false); err == nil || !strings.Contains(err.Error(), "64x64") {
		t.Errorf("Encode of a frame of another size = %v, want an error with its size", err)
	}
	right := mustGet(t, mustPool(t, testWidth, testHeight, 1))
	e.Close()
	e.Close() // twice is harmless
	if _, err := e.Encode(right, 0, false); !errors.Is(err, ErrClosed) {
		t.Errorf("Encode after Close = %v, want ErrClosed", err)
	}
	if err := e.SetBitrate(units.Mbps); !errors.Is(err, ErrClosed) {
		t.Errorf("SetBitrate after Close = %v, want ErrClosed", err)
	}
}

func TestEncodeLeavesTheFrameToItsOwner(t *testing.T) {
	e := mustEncoder(t, EncoderConfig{})
	p := mustPool(t, testWidth, testHeight, 1)
	f, _ := p.Get()
	memory := &f.Picture().Y[0]
	mustEncode(t, e, f, 0, false)
	f.Release()
	g := mustGet(t, p)
	if &g.Picture().Y[0] != memory {
		t.Error("the pool had to replace the memory of an encoded frame: the encoder still refers to it")
	}
}

func TestAutoFallsBackAndSaysWhy(t *testing.T) {
	var log bytes.Buffer
	e := mustEncoder(t, EncoderConfig{Name: "auto", Log: slog.New(slog.NewTextHandler(&log, nil))})
	if strings.Count(log.String(), "\n") != 1 {
		t.Errorf("auto logged %q, want one line", log.String())
	}
	for _, name := range encoderOrder[:slices.Index(encoderOrder, e.Name())] {
		if !strings.Contains(log.String(), name) {
			t.Errorf("log %q does not say why %s was passed over", log.String(), name)
		}
	}
}

func TestProbeAgreesWithOpenEncoder(t *testing.T) {
	for _, p := range Probe() {
		e, err := OpenEncoder(EncoderConfig{Name: p.Name, Width: 640, Height: 352})
		if err == nil {
			e.Close()
		} else if !strings.Contains(err.Error(), p.Name) {
			t.Errorf("OpenEncoder(%s) = %v, want an error that names it", p.Name, err)
		}
		if err != nil && p.Err == nil {
			t.Errorf("Probe says %s works, OpenEncoder says %v", p.Name, err)
		}
		if p.Name == EncoderX264 && p.Err != nil {
			t.Errorf("libx264: %v, want it to work everywhere", p.Err)
		}
		t.Logf("%s: %v", p.Name, p.Err)
	}
	if v, err := Version(); err != nil || v == "" {
		t.Errorf("Version() = %q, %v; want a version", v, err)
	}
}

// The conversion every hardware encoder but nvenc needs, up to where its surfaces begin.
func TestUploadInterleavesChroma(t *testing.T) {
	e := &Encoder{config: EncoderConfig{Name: EncoderQSV, Width: 64, Height: 32}, context: newTestContext()}
	defer e.context.Free()
	if err := e.prepareUpload(); err != nil {
		t.Fatal(err)
	}
	defer e.upload.free()
	f := mustGet(t, mustPool(t, 64, 32, 1))
	newTexture().paint(f.Picture(), 3)
	for range 3 {
		out, err := e.upload.copy(f.native.Frame)
		if err != nil {
			t.Fatal(err)
		}
		v := f.Picture()
		luma, stride := plane(out, 0, 64, 32)
		chroma, chromaStride := plane(out, 1, 64, 16)
		if luma[5*stride+9] != v.Y[5*v.YStride+9] {
			t.Error("luma differs after the conversion")
		}
		cb, cr := chroma[7*chromaStride+2*11], chroma[7*chromaStride+2*11+1]
		if cb != v.Cb[7*v.CStride+11] || cr != v.Cr[7*v.CStride+11] {
			t.Errorf("chroma %d, %d, want %d, %d", cb, cr, v.Cb[7*v.CStride+11], v.Cr[7*v.CStride+11])
		}
	}
}
