//go:build cgo

package av

import (
	"testing"

	"airbridge/internal/picture"
	"airbridge/units"
)

const (
	testWidth, testHeight = 320, 192
)

func mustEncoder(t testing.TB, c EncoderConfig) *Encoder {
	t.Helper()
	if c.Name == "" {
		c.Name = EncoderX264
	}
	if c.Width == 0 {
		c.Width, c.Height = testWidth, testHeight
	}
	e, err := OpenEncoder(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func mustDecoder(t testing.TB) *Decoder {
	t.Helper()
	d, err := OpenDecoder(DecoderConfig{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out := d.Out(); out != 0 {
			t.Errorf("%d decoded frames were not released", out)
		}
		d.Close()
	})
	return d
}

func mustEncode(t testing.TB, e *Encoder, f *Frame, pts int64, idr bool) Packet {
	t.Helper()
	p, err := e.Encode(f, pts, idr)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// stream is n encoded pictures of a texture in one size, with copies of the access units.
func stream(t testing.TB, c EncoderConfig, n int, idr func(k int) bool) (units [][]byte, idrs []bool) {
	t.Helper()
	e := mustEncoder(t, c)
	f := mustGet(t, mustPool(t, e.config.Width, e.config.Height, 1))
	paint := newTexture()
	for k := range n {
		paint.paint(f.Picture(), k)
		p := mustEncode(t, e, f, int64(k), idr != nil && idr(k))
		units = append(units, append([]byte(nil), p.Bytes()...))
		idrs = append(idrs, p.IDR)
	}
	return units, idrs
}

func TestEncodeDecodeRoundTrip(t *testing.T) {
	for _, c := range []EncoderConfig{
		{Width: 320, Height: 192, Bitrate: 6 * units.Mbps},
		{Width: 322, Height: 182, Bitrate: 6 * units.Mbps, Slices: 1}, // no multiple of 16: the decoder must crop
		{Width: 640, Height: 352, Bitrate: 12 * units.Mbps, Slices: 8, FPS: 90},
	} {
		e, d := mustEncoder(t, c), mustDecoder(t)
		f := mustGet(t, mustPool(t, c.Width, c.Height, 1))
		paint := newTexture()
		for k := range 20 {
			paint.paint(f.Picture(), k)
			p := mustEncode(t, e, f, int64(k)*7, false)
			g, err := d.Decode(p.Bytes(), int64(k))
			if err != nil {
				t.Fatalf("%dx%d frame %d: %v", c.Width, c.Height, k, err)
			}
			if p.PTS != int64(k)*7 {
				t.Errorf("PTS = %d, want %d", p.PTS, k*7)
			}
			if p.QP < qpFloor || p.QP > 51 {
				t.Errorf("QP = %v, want %d to 51", p.QP, qpFloor)
			}
			// 30 dB is what is seen as damage; a picture one frame late would be near 15.
			if psnr := picture.PSNR(f.Picture(), g.Picture()); psnr < 30 {
				t.Errorf("%dx%d frame %d: PSNR %.1f dB, want 30 or more", c.Width, c.Height, k, psnr)
			}
			g.Release()
		}
	}
}

func TestDecodedFramesStayWhatTheyWere(t *testing.T) {
	access, _ := stream(t, EncoderConfig{}, 12, nil)
	d, err := OpenDecoder(DecoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var frames []*Frame
	var firstRow []string
	row := func(f *Frame) string { return string(f.Picture().Y[:testWidth]) }
	for k, unit := range access {
		f, err := d.Decode(unit, int64(k))
		if err != nil {
			t.Fatal(err)
		}
		frames, firstRow = append(frames, f), append(firstRow, row(f))
	}
	d.Close() // frames outlive their decoder
	for k, f := range frames {
		if row(f) != firstRow[k] {
			t.Errorf("frame %d changed while it was held", k)
		}
		f.Release()
	}
	if d.Out() != 0 {
		t.Errorf("Out() = %d, want 0", d.Out())
	}
}

func TestCodecsDoNotAllocate(t *testing.T) {
	e, d := mustEncoder(t, EncoderConfig{}), mustDecoder(t)
	p := mustPool(t, testWidth, testHeight, 2)
	k := int64(0)
	step := func() {
		f, _ := p.Get()
		packet, err := e.Encode(f, k, k%10 == 0)
		f.Release()
		if err != nil {
			t.Fatal(err)
		}
		if err := e.SetBitrate(units.Bitrate(5+k%10) * units.Mbps); err != nil {
			t.Fatal(err)
		}
		g, err := d.Decode(packet.Bytes(), k)
		if err != nil {
			t.Fatal(err)
		}
		_ = g.Picture()
		g.Release()
		k++
	}
	for range 20 {
		step()
	}
	if n := testing.AllocsPerRun(200, step); n != 0 {
		t.Errorf("encoding and decoding one frame allocates %v times, want 0", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	e := mustEncoder(b, EncoderConfig{Width: 1920, Height: 1080})
	pool := mustPool(b, 1920, 1080, 4)
	paint := newTexture()
	var frames []*Frame
	for k := range 4 {
		f := mustGet(b, pool)
		paint.paint(f.Picture(), k)
		frames = append(frames, f)
	}
	k, bytes := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		p := mustEncode(b, e, frames[k%4], int64(k), false)
		bytes += len(p.Bytes())
		k++
	}
	b.ReportMetric(float64(bytes)/float64(k), "bytes/frame")
}

func BenchmarkDecode(b *testing.B) {
	access, _ := stream(b, EncoderConfig{Width: 1920, Height: 1080}, 16, nil)
	d := mustDecoder(b)
	k := 0
	b.ReportAllocs()
	for b.Loop() {
		f, err := d.Decode(access[k%16], int64(k))
		if err != nil {
			b.Fatal(err)
		}
		f.Release()
		k++
	}
}
