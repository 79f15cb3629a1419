package wifi

import (
	"testing"
	"time"

	"airbridge/netem"
)

const (
	ms = netem.True(time.Millisecond)
	us = netem.True(time.Microsecond)
)

// delivery is a packet that came out, and when.
type delivery struct {
	At netem.True
	netem.Packet
}

// rig drives a cell and checks what every medium promises.
type rig struct {
	t    *testing.T
	cell *Cell
	now  netem.True
	id   uint32
	out  []delivery
	// under holds the packets under way by ID.
	under map[uint32]bool
}

func newRig(t *testing.T, cfg Config) *rig {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t: t, cell: c, under: map[uint32]bool{}}
}

// quiet is a cell without beacons, whose times are exact.
func quiet() Config { return Config{Beacon: -1} }

// run lets everything happen that is due by until.
func (r *rig) run(until netem.True) {
	r.t.Helper()
	for next := r.cell.Next(); next <= until; next = r.cell.Next() {
		if next < r.now {
			r.t.Fatalf("Next() = %d, but it is %d", next, r.now)
		}
		r.now = next
		for _, p := range r.cell.Deliver(next, nil) {
			if !r.under[p.ID] {
				r.t.Fatalf("packet %d came out twice or was never admitted", p.ID)
			}
			delete(r.under, p.ID)
			r.out = append(r.out, delivery{next, p})
		}
	}
	r.now = until
}

// admit sends n packets like p at now.
func (r *rig) admit(n int, p netem.Packet) {
	train := make([]netem.Packet, 0, n)
	for range n {
		r.id++
		p.ID = r.id
		if p.Size == 0 {
			p.Size = 1228
		}
		r.under[p.ID] = true
		train = append(train, p)
	}
	r.cell.Admit(r.now, train)
}

// take returns what came out since the last call.
func (r *rig) take() []delivery {
	out := r.out
	r.out = nil
	return out
}

// fates counts deliveries by fate.
func fates(out []delivery) (n [netem.Fates]int) {
	for _, d := range out {
		n[d.Fate]++
	}
	return n
}

// trains returns how many packets arrived at each instant, in order.
func trains(out []delivery) (sizes []int) {
	last := netem.True(-1)
	for _, d := range out {
		if d.At != last {
			sizes, last = append(sizes, 0), d.At
		}
		sizes[len(sizes)-1]++
	}
	return sizes
}
