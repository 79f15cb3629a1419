package display

import (
	"sync"
	"testing"

	"airbridge/internal/picture"
	"airbridge/units"
)

func TestFidelityComparesTheRightFrames(t *testing.T) {
	p := pool(t, originals+1)
	var q Fidelity
	for id := units.FrameID(1); id <= 100; id++ {
		f := get(t, p)
		f.Picture().Fill(byte(50+id), picture.Neutral, picture.Neutral)
		q.Drawn(id, f)
		level := byte(50 + id)
		if id == 48 {
			level += 10 // coded badly
		}
		f.Release()
		seen := get(t, p)
		seen.Picture().Fill(level, picture.Neutral, picture.Neutral)
		if err := q.Show(Shown{Frame: id, Picture: seen}); err != nil {
			t.Fatal(err)
		}
		seen.Release()
		if out := p.Out(); out != 0 {
			t.Fatalf("%d originals kept after frame %d was compared", out, id)
		}
	}
	// 12 of 100 frames are compared: 8, 16, ... 96. One is 10 levels off: 20 log10(255/10).
	mean, frames := q.Mean()
	const worst = 28.13
	if frames != 12 || q.Worst() < worst-0.01 || q.Worst() > worst+0.01 {
		t.Errorf("%d frames compared, the worst %.2f dB, want 12 and %.2f", frames, q.Worst(), worst)
	}
	if want := (11*picture.MaxPSNR + worst) / 12; mean < want-0.01 || mean > want+0.01 {
		t.Errorf("mean %.2f dB, want %.2f", mean, want)
	}
}

func TestFidelityKeepsFewOriginals(t *testing.T) {
	p := pool(t, originals+2)
	var q Fidelity
	for id := units.FrameID(1); id <= 200; id++ { // none is shown
		f := get(t, p)
		q.Drawn(id, f)
		f.Release()
		if out := p.Out(); out > originals {
			t.Fatalf("%d originals kept, want at most %d", out, originals)
		}
	}
	seen := get(t, p)
	defer seen.Release()
	for _, id := range []units.FrameID{8, 191} { // forgotten, and never kept
		if err := q.Show(Shown{Frame: id, Picture: seen}); err != nil {
			t.Fatal(err)
		}
	}
	if db, frames := q.Mean(); frames != 0 || db != 0 {
		t.Errorf("%d frames compared with originals that were not kept", frames)
	}
	if err := q.Show(Shown{Frame: 192, Picture: seen}); err != nil {
		t.Fatal(err)
	}
	if _, frames := q.Mean(); frames != 1 {
		t.Errorf("%d frames compared, want that of 192", frames)
	}
	q.Close() // frame 200 is still kept: the pool tells
	q.Close()
}

// The source draws while the screens compare; the race detector watches.
func TestFidelityTakesBothGoroutines(t *testing.T) {
	p := pool(t, originals+3)
	var q Fidelity
	shown := make(chan units.FrameID, 2)
	var group sync.WaitGroup
	group.Go(func() {
		defer close(shown)
		for id := units.FrameID(1); id <= 400; id++ {
			if f, ok := p.Get(); ok {
				q.Drawn(id, f)
				f.Release()
			}
			shown <- id
		}
	})
	seen := get(t, p)
	for id := range shown {
		if err := q.Show(Shown{Frame: id, Picture: seen}); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
	seen.Release()
	q.Close()
	if _, frames := q.Mean(); frames != 50 {
		t.Errorf("%d frames compared, want 50", frames)
	}
}
