package av

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestFrameComesBackWithItsLastReference(t *testing.T) {
	p := mustPool(t, 64, 32, 1)
	f, _ := p.Get()
	second := f.Ref()
	f.Release()
	if _, ok := p.Get(); ok {
		t.Fatal("Get() lent a frame that still has a reference")
	}
	if got := second.Picture(); got.Width != 64 || got.Height != 32 {
		t.Errorf("Picture() of the second reference is %dx%d, want 64x32", got.Width, got.Height)
	}
	second.Release()
	if p.Out() != 0 {
		t.Errorf("Out() = %d after the last release, want 0", p.Out())
	}
}

func TestFrameMisusePanics(t *testing.T) {
	for _, test := range []struct {
		name string
		use  func(f *Frame)
		want string
	}{
		{"Release", (*Frame).Release, "released more often"},
		{"Ref", func(f *Frame) { f.Ref() }, "Ref of frame 64x32 after its last release"},
		{"Picture", func(f *Frame) { f.Picture() }, "Picture of frame 64x32 after its last release"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := NewPool(64, 32, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			f, _ := p.Get()
			f.Release()
			got := fmt.Sprint(panics(func() { test.use(f) }))
			if !strings.Contains(got, test.want) {
				t.Errorf("%s after the last release panicked with %q, want %q in it", test.name, got, test.want)
			}
		})
	}
}

func TestFrameReferencesFromManyGoroutines(t *testing.T) {
	p := mustPool(t, 64, 32, 1)
	f, _ := p.Get()
	var wait sync.WaitGroup
	for range 8 {
		g := f.Ref()
		wait.Go(func() {
			for range 1000 {
				g.Ref().Release()
			}
			g.Release()
		})
	}
	f.Release()
	wait.Wait()
	if p.Out() != 0 {
		t.Errorf("Out() = %d, want 0", p.Out())
	}
}

func TestPoolLendsEachFrameOnce(t *testing.T) {
	p := mustPool(t, 64, 32, 3)
	seen := map[*byte]bool{}
	var out []*Frame
	for f, ok := p.Get(); ok; f, ok = p.Get() {
		seen[&f.Picture().Y[0]] = true
		out = append(out, f)
	}
	if len(out) != 3 || len(seen) != 3 {
		t.Fatalf("pool of 3 lent %d frames with %d memories, want 3 and 3", len(out), len(seen))
	}
	out[1].Release()
	f, ok := p.Get()
	if !ok || !seen[&f.Picture().Y[0]] {
		t.Error("Get() after a release: want the released memory again")
	}
	f.Release()
	out[0].Release()
	out[2].Release()
}

func TestPoolFramesAreBlackAndSeparate(t *testing.T) {
	p := mustPool(t, 34, 18, 2)
	f, g := mustGet(t, p), mustGet(t, p)
	v := f.Picture()
	for y := range v.Height {
		for x := range v.Width {
			luma, chroma := v.Y[y*v.YStride+x], v.Cb[y/2*v.CStride+x/2]
			if luma != 16 || chroma != 128 {
				t.Fatalf("sample %d,%d of a new frame is %d/%d, want black 16/128", x, y, luma, chroma)
			}
		}
	}
	newTexture().paint(v, 0)
	if got := g.Picture().Y[0]; got != 16 {
		t.Errorf("painting one frame changed another: sample is %d, want 16", got)
	}
}

func TestPoolClosedWithFramesOut(t *testing.T) {
	p, err := NewPool(64, 32, 2)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := p.Get()
	p.Close()
	f.Picture().Y[0] = 77
	if got := f.Picture().Y[0]; got != 77 {
		t.Errorf("sample of a frame that outlives its pool is %d, want 77", got)
	}
	if _, ok := p.Get(); ok {
		t.Error("Get() of a closed pool lent a frame")
	}
	f.Release()
	if p.Out() != 0 {
		t.Errorf("Out() = %d, want 0", p.Out())
	}
}

func TestNewPoolRefuses(t *testing.T) {
	for _, c := range []struct{ width, height, n int }{
		{0, 32, 1}, {63, 32, 1}, {64, 31, 1}, {-2, 32, 1}, {maxDimension + 2, 32, 1}, {64, 32, 0},
	} {
		if p, err := NewPool(c.width, c.height, c.n); err == nil {
			p.Close()
			t.Errorf("NewPool(%d, %d, %d) = nil error, want one", c.width, c.height, c.n)
		}
	}
}

func TestPoolDoesNotAllocate(t *testing.T) {
	p := mustPool(t, 64, 32, 2)
	allocs := testing.AllocsPerRun(100, func() {
		f, _ := p.Get()
		f.Ref().Release()
		f.Release()
	})
	if allocs != 0 {
		t.Errorf("a frame's round trip allocates %v times, want 0", allocs)
	}
}
