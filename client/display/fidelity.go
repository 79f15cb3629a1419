package display

import (
	"sync"

	"airbridge/internal/av"
	"airbridge/internal/picture"
	"airbridge/units"
)

const (
	// compareEvery is one in how many frames is compared with its source, by number.
	compareEvery = 8
	// originals is how many source frames are kept for comparison: at 72 Hz, 0.3 s of one in eight.
	originals = 3
)

// Fidelity compares displayed frames with the frames the source drew, where both ends run in one process. The source's
// goroutine calls Drawn, the screens' goroutine Show.
type Fidelity struct {
	mu   sync.Mutex
	kept []original // oldest first

	// sum and count are the screens' goroutine's own.
	sum   float64
	count uint64
	worst float64
}

type original struct {
	id    units.FrameID
	frame *av.Frame
}

// Drawn keeps a reference to one source frame in eight.
func (q *Fidelity) Drawn(id units.FrameID, f *av.Frame) {
	if id%compareEvery != 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.kept) == originals {
		q.kept[0].frame.Release()
		q.kept = append(q.kept[:0], q.kept[1:]...)
	}
	q.kept = append(q.kept, original{id, f.Ref()})
}

// Show compares a displayed frame with its original, where that was kept.
func (q *Fidelity) Show(s Shown) error {
	if s.Frame%compareEvery != 0 {
		return nil
	}
	f := q.take(s.Frame)
	if f == nil {
		return nil
	}
	defer f.Release()
	db := picture.PSNR(f.Picture(), s.Picture.Picture())
	if q.count == 0 || db < q.worst {
		q.worst = db
	}
	q.sum += db
	q.count++
	return nil
}

// take returns the original of a frame and lets go of older ones.
func (q *Fidelity) take(id units.FrameID) *av.Frame {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.kept) > 0 && q.kept[0].id <= id {
		o := q.kept[0]
		q.kept = append(q.kept[:0], q.kept[1:]...)
		if o.id == id {
			return o.frame
		}
		o.frame.Release()
	}
	return nil
}

// Mean returns the mean luma PSNR in dB and of how many frames; call it after the session has ended.
func (q *Fidelity) Mean() (db float64, frames uint64) {
	if q.count == 0 {
		return 0, 0
	}
	return q.sum / float64(q.count), q.count
}

// Worst returns the lowest PSNR seen.
func (q *Fidelity) Worst() float64 { return q.worst }

// Close lets go of what was kept.
func (q *Fidelity) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, o := range q.kept {
		o.frame.Release()
	}
	q.kept = nil
}
