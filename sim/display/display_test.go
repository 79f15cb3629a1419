package display

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/client"
	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"
)

var _ host.Device = (*Display)(nil)

const (
	ms   = units.Mono(time.Millisecond)
	tick = 10 * ms // the period of most displays here
)

// ten is a display of 100 Hz that starts at 1 s.
func ten(cfg Config) *Display {
	cfg.Period, cfg.Start = time.Duration(tick), 1000*ms
	return New(cfg)
}

// said is what a display told.
type said struct {
	// Told is when, Kind slot or shown.
	Told units.Mono
	Kind string
	Slot units.SlotID
	// Frame and At are of a shown frame, At and LatchBy of a slot.
	Frame       units.FrameID
	At, LatchBy units.Mono
}

func say(now units.Mono, e machine.Event) said {
	switch e := e.(type) {
	case *client.Slot:
		return said{Told: now, Kind: "slot", Slot: e.Timing.ID, At: e.Timing.DisplayAt, LatchBy: e.Timing.LatchBy}
	case *client.Shown:
		return said{Told: now, Kind: "shown", Slot: e.Slot, Frame: e.Frame, At: e.At}
	}
	panic("nothing came when it was due")
}

// watch takes everything up to an instant, each as it is due.
func watch(d *Display, until units.Mono) (all []said) {
	for d.Next() <= until {
		now := d.Next()
		all = append(all, say(now, d.Take(now)))
	}
	return all
}

func latch(d *Display, now units.Mono, slot units.SlotID, frame units.FrameID) {
	d.Do(now, &client.Latch{Slot: slot, Frame: frame, Handle: machine.Handle(frame)})
}

// slot is the announcement of slot n of a display of ten.
func slot(n int) said {
	told := 990*ms + units.Mono(n)*tick
	return said{Told: told, Kind: "slot", Slot: units.SlotID(n), At: told + tick, LatchBy: told + tick - 2*ms}
}

// The order is that of the display of client/shell: a slot is announced a period ahead, when the one before lights up, and
// after what that one shows.
func TestSlotsAndLight(t *testing.T) {
	d := ten(Config{})
	got := watch(d, 1000*ms)
	latch(d, 1008*ms, 1, 71)
	got = append(got, watch(d, 1010*ms)...)
	d.Do(1018*ms, &client.Latch{Slot: 2, Frame: 71, Handle: 71, Repeat: true})
	got = append(got, watch(d, 1020*ms)...)
	latch(d, 1028*ms, 3, 72)
	got = append(got, watch(d, 1030*ms)...)
	want := []said{
		slot(1),
		{Told: 1010 * ms, Kind: "shown", Slot: 1, Frame: 71, At: 1010 * ms},
		slot(2),
		slot(3), // a repetition shows nothing new
		{Told: 1030 * ms, Kind: "shown", Slot: 3, Frame: 72, At: 1030 * ms},
		slot(4),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if s, want := d.Statistics(), (Statistics{Slots: 3, Fresh: 2}); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}

// What is latched after its slot's light, or at it, lights up with the next slot, and several do in order.
func TestLateLatch(t *testing.T) {
	for _, at := range []units.Mono{1010 * ms, 1012 * ms, 1019 * ms} {
		d := ten(Config{})
		watch(d, 1000*ms)
		latch(d, at, 1, 71)
		latch(d, 1019*ms, 2, 72)
		want := []said{
			slot(2),
			{Told: 1020 * ms, Kind: "shown", Slot: 1, Frame: 71, At: 1020 * ms},
			{Told: 1020 * ms, Kind: "shown", Slot: 2, Frame: 72, At: 1020 * ms},
			slot(3),
		}
		if diff := cmp.Diff(want, watch(d, 1020*ms)); diff != "" {
			t.Errorf("latched at %d (-want +got):\n%s", at, diff)
		}
		if s := d.Statistics(); s.Late != 1 {
			t.Errorf("latched at %d: %d late, want 1", at, s.Late)
		}
	}
}

// A host that looks late does not move the light: the display goes on by itself.
func TestHostLooksLate(t *testing.T) {
	d := ten(Config{})
	watch(d, 1000*ms)
	latch(d, 1008*ms, 1, 71)
	var got []said
	for e := d.Take(1034 * ms); e != nil; e = d.Take(1034 * ms) {
		got = append(got, say(1034*ms, e))
	}
	want := []said{{Told: 1034 * ms, Kind: "shown", Slot: 1, Frame: 71, At: 1010 * ms}, slot(2), slot(3), slot(4)}
	for i := range want {
		want[i].Told = 1034 * ms
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if d.Next() != 1040*ms {
		t.Errorf("Next() = %d, want the next light", d.Next())
	}
}

// lender is a decoder that lent a few pictures.
type lender map[machine.Handle]units.FrameID

func (l lender) Lent(h machine.Handle) units.FrameID { return l[h] }

func TestDefectsOfTheCore(t *testing.T) {
	d := ten(Config{Pictures: lender{5: 5, 6: 6, 7: 9}})
	watch(d, 1000*ms)
	latch(d, 1001*ms, 1, 5)
	d.Do(1002*ms, &client.Latch{Slot: 1, Repeat: true}) // nothing decoded yet
	if s := d.Statistics(); s.Stale+s.Reordered != 0 {
		t.Errorf("%+v, want no defect", s)
	}
	latch(d, 1003*ms, 2, 7)                                                         // another frame's picture
	d.Do(1004*ms, &client.Latch{Slot: 3, Frame: 8, Handle: 8, Repeat: true})        // given back
	latch(d, 1005*ms, 4, 6)                                                         // older
	if s, want := d.Statistics(), (Statistics{Stale: 2, Reordered: 1}); s != want { // nothing has lit up yet
		t.Errorf("%+v, want %+v", s, want)
	}
}

func TestTooManyLatched(t *testing.T) {
	d := ten(Config{})
	watch(d, 1000*ms)
	for f := range units.FrameID(Depth + 3) {
		latch(d, 1005*ms, 1, 1+f)
	}
	var shown int
	for _, s := range watch(d, 1010*ms) {
		if s.Kind == "shown" {
			shown++
			if s.Frame != units.FrameID(shown) {
				t.Errorf("frame %d is shown, want %d", s.Frame, shown)
			}
		}
	}
	if s := d.Statistics(); shown != Depth || s.Dropped != 3 {
		t.Errorf("%d are shown and %d dropped, want %d and 3", shown, s.Dropped, Depth)
	}
}

// What was told at one instant stays as it is through the turn, whatever is asked meanwhile; also where a request made
// the display go on before its host looked.
func TestEventsLast(t *testing.T) {
	d := ten(Config{})
	watch(d, 1000*ms)
	latch(d, 1005*ms, 1, 71)
	latch(d, 1012*ms, 1, 72) // slot 1 has lit up, and nobody has looked
	latch(d, 1025*ms, 1, 73)
	var events []machine.Event
	for e := d.Take(1031 * ms); e != nil; e = d.Take(1031 * ms) {
		events = append(events, e)
	}
	var got []said
	for _, e := range events {
		got = append(got, say(1031*ms, e))
	}
	at := func(s said) said { s.Told = 1031 * ms; return s }
	want := []said{
		at(said{Kind: "shown", Slot: 1, Frame: 71, At: 1010 * ms}), at(slot(2)),
		at(said{Kind: "shown", Slot: 1, Frame: 72, At: 1020 * ms}), at(slot(3)),
		at(said{Kind: "shown", Slot: 1, Frame: 73, At: 1030 * ms}), at(slot(4)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	d, request := New(Config{Start: 1, Jitter: time.Millisecond}), &client.Latch{Handle: 1}
	run := func() {
		for range 100 {
			request.Slot, request.Frame = d.slot, request.Frame+1
			d.Do(d.light-ms, request)
			for range 2 {
				now := d.Next()
				for e := d.Take(now); e != nil; e = d.Take(now) {
				}
			}
		}
	}
	d.Take(1)
	run()
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if s := d.Statistics(); s.Fresh < 600 || s.Late != 0 {
		t.Errorf("%+v", s)
	}
}
