package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"airbridge/machine"
)

// TestDeliverWaitsUntilHandled proves that a producer may re-use its event when Deliver returns, and not before.
func TestDeliverWaitsUntilHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewMailbox(4)
		returned := false
		go func() {
			if err := b.Deliver(&note{id: 2}, &note{id: 1}); err != nil {
				t.Error(err)
			}
			returned = true
		}()
		synctest.Wait()
		taken := b.take()
		if len(taken) != 2 || taken[0].event.ID() != 1 {
			t.Fatalf("took %d events, want 2 ordered by id", len(taken))
		}
		synctest.Wait()
		if returned {
			t.Error("Deliver returned before its events were handled")
		}
		b.settle()
		synctest.Wait()
		if !returned {
			t.Error("Deliver still waits although its events were handled")
		}
	})
}

// TestFullMailbox proves the bound: Deliver blocks, Post refuses, and both go on when there is space.
func TestFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewMailbox(2)
		for id := range uint64(2) {
			if err := b.Post(&note{id: id}); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Post(&note{}); !errors.Is(err, ErrFull) {
			t.Errorf("Post on a full mailbox = %v, want ErrFull", err)
		}
		done := make(chan error, 2)
		go func() { done <- b.Deliver(&note{id: 7}, &note{id: 8}, &note{id: 9}) }() // larger than the mailbox
		synctest.Wait()
		if n := len(b.take()); n != 2 {
			t.Errorf("a full mailbox held %d events, want 2", n)
		}
		b.settle()
		synctest.Wait()
		if n := len(b.take()); n != 3 {
			t.Errorf("then it held %d events, want the 3 that waited", n)
		}
		b.settle()
		if err := <-done; err != nil {
			t.Errorf("Deliver = %v", err)
		}
	})
}

// TestStopReleasesEverybody proves that no device hangs on a driver that has ended: neither one whose event is queued,
// nor one that waits for space, nor one that comes later.
func TestStopReleasesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewMailbox(1)
		got := make(chan error, 3)
		for range 3 {
			go func() { got <- b.Deliver(&note{}) }()
		}
		synctest.Wait()
		b.stop()
		for range 3 {
			if err := <-got; !errors.Is(err, ErrStopped) {
				t.Errorf("Deliver = %v, want ErrStopped", err)
			}
		}
		if err := b.Deliver(&note{}); !errors.Is(err, ErrStopped) {
			t.Errorf("Deliver afterwards = %v, want ErrStopped", err)
		}
		if err := b.Post(&note{}); !errors.Is(err, ErrStopped) {
			t.Errorf("Post afterwards = %v, want ErrStopped", err)
		}
		if err := b.attach(func() {}); !errors.Is(err, ErrStopped) {
			t.Errorf("a second driver on a stopped mailbox: %v, want ErrStopped", err)
		}
	})
}

// TestManyProducers runs random producers against a pump; under the race detector it proves that handing over is
// enough synchronisation to re-use an event. Nothing is lost, doubled or out of a producer's order.
func TestManyProducers(t *testing.T) {
	const producers, each = 8, 300
	b := NewMailbox(5)
	awake := make(chan struct{}, 1)
	if err := b.attach(func() { awake <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for p := range producers {
		group.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(p)))
			events := [3]note{{id: uint64(p)}, {id: uint64(p)}, {id: uint64(p)}}
			for sent := 0; sent < each; {
				n := min(1+rng.IntN(3), each-sent)
				batch := []machine.Event{&events[0], &events[1], &events[2]}[:n]
				for i := range n {
					events[i].number = sent + i
				}
				if err := b.Deliver(batch...); err != nil {
					t.Error(err)
				}
				sent += n
			}
		})
	}
	next := make([]int, producers)
	for total := 0; total < producers*each; {
		if b.arm() {
			<-awake
		}
		b.disarm()
		taken := b.take()
		if !slices.IsSortedFunc(taken, func(x, y parcel) int { return int(x.event.ID()) - int(y.event.ID()) }) {
			t.Error("events of one turn are not ordered by id")
		}
		for _, p := range taken {
			e := p.event.(*note)
			if e.number != next[e.id] {
				t.Fatalf("producer %d: event %d, want %d", e.id, e.number, next[e.id])
			}
			next[e.id]++
		}
		total += len(taken)
		b.settle()
	}
	group.Wait()
}

func TestDeliverDoesNotAllocate(t *testing.T) {
	b := NewMailbox(4)
	work, end := make(chan struct{}, 1), make(chan struct{})
	if err := b.attach(func() { work <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(end)
		for {
			if b.arm() {
				<-work
			}
			if b.disarm() {
				return
			}
			b.take()
			b.settle()
		}
	}()
	e := &note{}
	if n := testing.AllocsPerRun(200, func() { _ = b.Deliver(e) }); n != 0 {
		t.Errorf("%v allocations a Deliver, want 0", n)
	}
	b.interrupt()
	<-end
}

func TestOrderlyForgivesTheEndOfTheDriverAlone(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct{ err, want error }{
		{nil, nil},
		{ErrStopped, nil},
		{fmt.Errorf("frame 7: %w", ErrStopped), nil},
		{context.Canceled, nil},
		{context.DeadlineExceeded, context.DeadlineExceeded},
		{ErrFull, ErrFull},
		{broken, broken},
	} {
		if got := Orderly(c.err); got != c.want {
			t.Errorf("Orderly(%v) = %v, want %v", c.err, got, c.want)
		}
	}
}
