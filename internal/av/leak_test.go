//go:build cgo

package av

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"airbridge/units"
)

// residentKiB returns how much memory the process occupies.
func residentKiB(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc here")
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Skip("no VmRSS here")
	return 0
}

// One leaked picture of this size is 92 KiB and one leaked packet about 4 KiB, so ten thousand of either would show a
// hundred times over.
const leakBoundKiB = 8 << 10

func TestNoLeakOverTenThousandFrames(t *testing.T) {
	e := mustEncoder(t, EncoderConfig{Bitrate: 2 * units.Mbps})
	d := mustDecoder(t)
	in := mustInput(t, "lavfi:testsrc2", InputConfig{Width: testWidth, Height: testHeight})
	pool := mustPool(t, testWidth, testHeight, 3)
	run := func(frames int) {
		for k := range frames {
			source, _, err := in.Read()
			if err != nil {
				t.Fatal(err)
			}
			f, ok := pool.Get()
			if !ok {
				t.Fatal("the pool ran dry")
			}
			copy(f.Picture().Y, source.Picture().Y)
			source.Release()
			p := mustEncode(t, e, f, int64(k), k%500 == 0)
			f.Release()
			if k%100 == 0 {
				if err := e.SetBitrate(units.Bitrate(1+k/100%4) * units.Mbps); err != nil {
					t.Fatal(err)
				}
				// A third of a picture: whether it decodes or not, it must leave nothing behind.
				if g, err := d.Decode(p.Bytes()[:len(p.Bytes())/3], int64(k)); err == nil {
					g.Release()
				}
			}
			g, err := d.Decode(p.Bytes(), int64(k))
			if err != nil {
				t.Fatal(err)
			}
			g.Release()
		}
	}
	run(1000)
	runtime.GC()
	before := residentKiB(t)
	run(10000)
	runtime.GC()
	if grown := residentKiB(t) - before; grown > leakBoundKiB {
		t.Errorf("memory grew by %d KiB over 10 000 frames, want %d at most", grown, leakBoundKiB)
	} else {
		t.Logf("memory grew by %d KiB over 10 000 frames", grown)
	}
	if pool.Out() != 0 || d.Out() != 0 || in.Out() != 0 {
		t.Errorf("frames still out: pool %d, decoder %d, input %d; want 0", pool.Out(), d.Out(), in.Out())
	}
}

func TestNoLeakOverManyOpenings(t *testing.T) {
	path := record(t, 64, 64, 3, 1e7)
	run := func(n int) {
		for range n {
			e, err := OpenEncoder(EncoderConfig{Name: "x264", Width: testWidth, Height: testHeight})
			if err != nil {
				t.Fatal(err)
			}
			p, _ := NewPool(testWidth, testHeight, 2)
			f, _ := p.Get()
			mustEncode(t, e, f, 0, false)
			f.Release()
			p.Close()
			e.Close()
			for _, spec := range []string{"lavfi:testsrc2", "file:" + path} {
				in, err := OpenInput(spec, InputConfig{Width: testWidth, Height: testHeight})
				if err != nil {
					t.Fatal(err)
				}
				f, _, err := in.Read()
				if err != nil {
					t.Fatal(err)
				}
				in.Close()
				f.Release()
			}
			for _, spec := range []string{"lavfi:nosuch", "file:/nosuch"} {
				if _, err := OpenInput(spec, InputConfig{}); err == nil {
					t.Fatalf("OpenInput(%q) = nil error", spec)
				}
			}
		}
	}
	run(100) // by then the allocator has settled
	runtime.GC()
	before := residentKiB(t)
	run(150)
	runtime.GC()
	if grown := residentKiB(t) - before; grown > leakBoundKiB {
		t.Errorf("memory grew by %d KiB over 150 openings, want %d at most", grown, leakBoundKiB)
	} else {
		t.Logf("memory grew by %d KiB over 150 openings", grown)
	}
}
