package payload

import (
	"bytes"
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"airbridge/units"
)

func unit(frame units.FrameID, size int) []byte {
	b := make([]byte, size)
	Fill(b, frame, 0)
	return b
}

// However an encoder slices a unit, the client puts together what it would have been in one piece.
func TestPiecesFitTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := units.FrameID(rapid.Uint32().Draw(t, "frame"))
		size := rapid.IntRange(0, 300).Draw(t, "size")
		whole := unit(frame, size)
		var pieces []byte
		for len(pieces) < size {
			p := make([]byte, rapid.IntRange(1, size-len(pieces)).Draw(t, "piece"))
			Fill(p, frame, len(pieces))
			if !Check(p, frame, len(pieces)) {
				t.Fatalf("a piece of %d at %d is not what it should be", len(p), len(pieces))
			}
			pieces = append(pieces, p...)
		}
		if !bytes.Equal(whole, pieces) {
			t.Fatalf("frame %d in pieces:\n%x, want\n%x", frame, pieces, whole)
		}
		if !Check(whole, frame, 0) {
			t.Fatalf("frame %d is not its own", frame)
		}
	})
}

// No single damaged bit passes, wherever it is and however the piece lies.
func TestEveryFlippedBitIsFound(t *testing.T) {
	for offset := range 9 {
		for size := range 34 {
			b := make([]byte, size)
			Fill(b, 77, offset)
			for bit := range 8 * size {
				b[bit/8] ^= 1 << (bit % 8)
				if Check(b, 77, offset) {
					t.Fatalf("%d bytes at %d pass with bit %d flipped", size, offset, bit)
				}
				b[bit/8] ^= 1 << (bit % 8)
			}
		}
	}
}

// A piece of another frame, or one that slipped, is found even where it is a single byte long most of the time.
func TestWhatBelongsElsewhereIsFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		frame  units.FrameID
		offset int
	}{
		{"the frame before", 9, 0},
		{"the frame after", 11, 0},
		{"no frame", 0, 0},
		{"the last frame", 1<<32 - 1, 0},
		{"one byte further", 10, 1},
		{"a word further", 10, 8},
		{"a datagram further", 10, 1400},
	} {
		for _, size := range []int{4, 8, 1400} {
			if Check(unit(10, size), c.frame, c.offset) {
				t.Errorf("%d bytes of frame 10 pass for %s", size, c.name)
			}
		}
	}
}

// The bytes look like what an encoder makes: no long runs, and frames have nothing in common.
func TestBytesAreSpread(t *testing.T) {
	const size = 1 << 16
	a, b := unit(1, size), unit(2, size)
	ones, differ, zeros := 0, 0, 0
	for i := range a {
		ones += bits.OnesCount8(a[i])
		differ += bits.OnesCount8(a[i] ^ b[i])
		if a[i] == 0 {
			zeros++
		}
	}
	for name, n := range map[string]int{"ones": ones, "bits in which frames differ": differ} {
		if share := float64(n) / (8 * size); share < .49 || share > .51 {
			t.Errorf("%s: a share of %.3f, want one half", name, share)
		}
	}
	if zeros < size/512 || zeros > size/128 {
		t.Errorf("%d of %d bytes are zero, want about one in 256", zeros, size)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	b := make([]byte, 1403)
	if n := testing.AllocsPerRun(10, func() {
		Fill(b, 5, 3)
		Check(b, 5, 3)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFill(b *testing.B) {
	dst := make([]byte, 50_000)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		Fill(dst, 7, 0)
	}
}

func BenchmarkCheck(b *testing.B) {
	whole := unit(7, 50_000)
	b.SetBytes(int64(len(whole)))
	b.ReportAllocs()
	for b.Loop() {
		if !Check(whole, 7, 0) {
			b.Fatal("wrong")
		}
	}
}
