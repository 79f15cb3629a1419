//go:build cgo

package av

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"airbridge/internal/av/annexb"
)

// decodes reports how many of the access units give a picture, each of the right size.
func decodes(t *testing.T, d *Decoder, access ...[]byte) int {
	t.Helper()
	n := 0
	for k, unit := range access {
		f, err := d.Decode(unit, int64(k))
		if err != nil {
			continue
		}
		if f.Width() != testWidth || f.Height() != testHeight {
			t.Errorf("frame %d is %dx%d, want %dx%d", k, f.Width(), f.Height(), testWidth, testHeight)
		}
		f.Release()
		n++
	}
	return n
}

func TestDecoderGivesOneFrameAUnitAtOnce(t *testing.T) {
	access, _ := stream(t, EncoderConfig{}, 30, nil)
	for _, threads := range []int{1, 2, 4} {
		d, err := OpenDecoder(DecoderConfig{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		for k, unit := range access {
			f, err := d.Decode(unit, int64(k))
			if err != nil {
				t.Fatalf("%d threads, frame %d: %v", threads, k, err)
			}
			f.Release()
		}
		d.Close()
	}
}

func TestDecoderSurvivesBrokenData(t *testing.T) {
	access, _ := stream(t, EncoderConfig{}, 10, nil)
	random := rand.New(rand.NewPCG(13, 14))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.UintN(256))
		}
		return b
	}
	for _, test := range []struct {
		name  string
		spoil func() [][]byte
	}{
		{"empty", func() [][]byte { return [][]byte{nil, {}} }},
		{"one byte", func() [][]byte { return [][]byte{{0}, {1}, {0xff}} }},
		{"start codes only", func() [][]byte { return [][]byte{{0, 0, 1}, {0, 0, 0, 1, 0, 0, 1}} }},
		{"random", func() [][]byte { return [][]byte{noise(10), noise(1000), noise(100000)} }},
		{"random after a slice header", func() [][]byte {
			return [][]byte{append([]byte{0, 0, 1, 0x65}, noise(500)...), append([]byte{0, 0, 1, 0x41}, noise(500)...)}
		}},
		{"random parameter sets", func() (out [][]byte) {
			for range 200 {
				out = append(out, append([]byte{0, 0, 1, 0x67}, noise(20)...), append([]byte{0, 0, 1, 0x68}, noise(8)...))
			}
			return out
		}},
		{"every truncation of an IDR", func() (out [][]byte) {
			for n := 0; n < len(access[0]); n += 37 {
				out = append(out, access[0][:n])
			}
			return out
		}},
		{"flipped bits", func() (out [][]byte) {
			for range 100 {
				b := append([]byte(nil), access[random.IntN(len(access))]...)
				for range 20 {
					b[random.IntN(len(b))] ^= byte(1 << random.UintN(8))
				}
				out = append(out, b)
			}
			return out
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := mustDecoder(t)
			for k, b := range test.spoil() {
				if f, err := d.Decode(b, int64(k)); err == nil {
					f.Release() // damaged pictures may come out; whatever they are, they must be releasable
				}
			}
			if n := decodes(t, d, access...); n != len(access) {
				t.Errorf("after the damage %d of %d good frames decode, want all", n, len(access))
			}
		})
	}
}

func TestDecoderNeedsParameterSets(t *testing.T) {
	access, _ := stream(t, EncoderConfig{}, 6, func(k int) bool { return k == 4 })
	d := mustDecoder(t)
	if n := decodes(t, d, access[1:4]...); n != 0 {
		t.Errorf("%d pictures before the first IDR, want none", n)
	}
	if n := decodes(t, d, access[4:]...); n != 2 {
		t.Errorf("%d pictures from the IDR on, want 2", n)
	}
}

func TestDecoderTwoPicturesInOneUnitDoNotDelayTheRest(t *testing.T) {
	access, _ := stream(t, EncoderConfig{}, 8, func(k int) bool { return k == 3 })
	d := mustDecoder(t)
	decodes(t, d, append(append([]byte(nil), access[0]...), access[1]...), access[2])
	if n := decodes(t, d, access[3:]...); n != 5 {
		t.Errorf("%d of 5 frames decode after the double one, want all", n)
	}
}

func TestDecoderSaysNothingAboutLostSlices(t *testing.T) {
	// The reason why losses must be known from the transport.
	access, _ := stream(t, EncoderConfig{}, 4, nil)
	slices, _ := annexb.AppendSlices(nil, access[2])
	d := mustDecoder(t)
	if n := decodes(t, d, access[0], access[1], append(append([]byte(nil), slices[0]...), slices[2]...), access[3]); n != 4 {
		t.Errorf("%d of 4 frames decode with a slice missing, want all: FFmpeg conceals it", n)
	}
}

func TestDecoderFollowsANewSize(t *testing.T) {
	small, _ := stream(t, EncoderConfig{Width: 64, Height: 64}, 2, nil)
	large, _ := stream(t, EncoderConfig{}, 2, nil)
	d := mustDecoder(t)
	for _, test := range []struct {
		unit  []byte
		width int
	}{{small[0], 64}, {small[1], 64}, {large[0], testWidth}, {large[1], testWidth}, {small[0], 64}} {
		f, err := d.Decode(test.unit, 0)
		if err != nil {
			t.Fatal(err)
		}
		if f.Width() != test.width {
			t.Errorf("width %d, want %d", f.Width(), test.width)
		}
		f.Release()
	}
}

func TestDecoderBoundsFramesOut(t *testing.T) {
	access, _ := stream(t, EncoderConfig{Width: 64, Height: 64}, maxDecoderFrames+1, nil)
	d := mustDecoder(t)
	var out []*Frame
	for k, unit := range access {
		f, err := d.Decode(unit, int64(k))
		if (err != nil) != (k == maxDecoderFrames) {
			t.Fatalf("frame %d with all before it held: %v", k, err)
		}
		if err == nil {
			out = append(out, f)
		}
	}
	for _, f := range out {
		f.Release()
	}
	if f, err := d.Decode(access[0], 0); err != nil {
		t.Errorf("Decode after releasing = %v, want nil", err)
	} else {
		f.Release()
	}
}

func TestOpenDecoderThatDoesNotExist(t *testing.T) {
	_, err := OpenDecoder(DecoderConfig{Codec: "nosuch"})
	if err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("OpenDecoder(nosuch) = %v, want an error that names it", err)
	}
}

func TestDecodeAfterClose(t *testing.T) {
	d := mustDecoder(t)
	d.Close()
	if _, err := d.Decode([]byte{0, 0, 1, 9}, 0); !errors.Is(err, ErrClosed) {
		t.Errorf("Decode after Close = %v, want ErrClosed", err)
	}
}
