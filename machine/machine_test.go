package machine

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBurst(t *testing.T) {
	for _, c := range []struct {
		name       string
		size, slab int
		want       []int
	}{
		{"empty", 1400, 0, nil},
		{"one full datagram", 1400, 1400, []int{1400}},
		{"one short datagram", 1400, 10, []int{10}},
		{"the last is shorter", 60, 150, []int{60, 60, 30}},
		{"all are full", 60, 180, []int{60, 60, 60}},
		{"single bytes", 1, 3, []int{1, 1, 1}},
		{"no size holds nothing", 0, 10, nil},
		{"a negative size holds nothing", -1, 10, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := Burst{Size: c.size, Slab: bytesFrom(1, c.slab)}
			var got []int
			var all []byte
			b.Each(func(d []byte, _ int) {
				got = append(got, len(d))
				all = append(all, d...)
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("lengths (-want +got):\n%s", diff)
			}
			if b.Count() != len(c.want) {
				t.Errorf("Count() = %d, want %d", b.Count(), len(c.want))
			}
			if c.want != nil && !cmp.Equal(all, b.Slab) {
				t.Error("the datagrams put together are not the slab")
			}
		})
	}
}

// A burst without a size must not hang its trace either.
func TestTraceOfBurstWithoutSize(t *testing.T) {
	trace := NewTrace(&parrot{burst: Burst{Slab: bytesFrom(1, 10)}})
	trace.Handle(1, &note{kind: KindDevice}, &sink{})
}

// Datagrams come before device events, device events before ticks: the order of kinds is the contract's.
func TestKindsAreInOrder(t *testing.T) {
	if !(KindDatagram < KindSend && KindSend < KindDevice && KindDevice < KindTick) {
		t.Errorf("kinds %d, %d, %d, %d are not in order", KindDatagram, KindSend, KindDevice, KindTick)
	}
	d := &Datagram{}
	if d.Kind() != KindDatagram || d.ID() != 0 {
		t.Errorf("a datagram has kind %d and ID %d", d.Kind(), d.ID())
	}
}
