package source

import (
	"runtime"
	"sync"
)

// painters draw the bands of a picture side by side, one thread each, at a lower priority than the rest of the program:
// the scene stands in for a game, and a game that is drawing its next frame must not hold up the codec with the last one.
type painters struct {
	bands int
	draw  func(band int) // of the picture at hand
	start []chan struct{}
	done  sync.WaitGroup // bands of the picture at hand
	gone  sync.WaitGroup // threads
}

// newPainters starts n threads; stop ends them.
func newPainters(n int) *painters {
	p := &painters{bands: n}
	for band := range n {
		start := make(chan struct{})
		p.start = append(p.start, start)
		p.gone.Go(func() { p.work(band, start) })
	}
	return p
}

// work keeps its thread to itself until it ends, and the thread with it: its priority is not to be anybody else's.
func (p *painters) work(band int, start <-chan struct{}) {
	runtime.LockOSThread()
	lowerPriority()
	for range start {
		p.draw(band)
		p.done.Done()
	}
}

// paint has every band drawn and waits for all.
func (p *painters) paint(draw func(band int)) {
	p.draw = draw
	p.done.Add(p.bands)
	for _, start := range p.start {
		start <- struct{}{}
	}
	p.done.Wait()
}

// stop ends the threads. It must not run beside paint.
func (p *painters) stop() {
	for _, start := range p.start {
		close(start)
	}
	p.gone.Wait()
}
