// Package display models a headset's display: it announces each refresh slot a period ahead, obeys client.Latch and tells
// client.Shown when a slot lights up. It does what the display of client/shell does, at the same instants and in the same
// order: at a slot's light, what was latched for it is shown, and then the next slot is announced.
package display

import (
	"math/rand/v2"
	"slices"
	"time"

	"airbridge/client"
	"airbridge/client/presenter"
	"airbridge/internal/stream"
	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"
)

// Depth is how many latched frames wait for their light, as in client/shell. One more is not shown.
const Depth = 8

// giga is how many parts a crystal's second has.
const giga = 1_000_000_000

// Display is a host.Device. It is not safe for concurrent use; its host owns it.
type Display struct {
	cfg Config
	rng *rand.Rand

	begun    bool
	slot     units.SlotID // the last announced, zero before the first
	light    units.Mono   // of that slot
	part     int64        // by which light should be later, in parts of a nanosecond, of which there are giga+PPB
	lit      bool         // it has lit up, and the next is to be announced
	announce units.Mono   // when
	latched  []client.Shown
	newest   units.FrameID
	stats    Statistics

	told  []news // not taken yet, oldest first
	shown host.Events[client.Shown]
	slots host.Events[client.Slot]
}

// news is an event that is due: of a slot's light or, where it says a slot, of an announcement.
type news struct {
	due   units.Mono
	shown client.Shown
	slot  presenter.Slot
}

// New returns a display. It panics where cfg is not valid.
func New(cfg Config) *Display {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	cfg = cfg.withDefaults()
	return &Display{cfg: cfg, rng: stream.New(cfg.Seed, cfg.Name+"/announce"), lit: true, announce: cfg.Start}
}

// Statistics returns what was counted so far.
func (d *Display) Statistics() Statistics { return d.stats }

// kinds are what a display obeys.
var kinds = []machine.Kind{client.KindLatch}

// Kinds returns client.KindLatch.
func (*Display) Kinds() []machine.Kind { return kinds }

// Do latches a frame.
func (d *Display) Do(now units.Mono, request machine.Event) {
	r, ok := request.(*client.Latch)
	if !ok {
		return
	}
	d.advance(now) // a slot that has lit up by now cannot show it any more
	if d.cfg.Pictures != nil && r.Handle != 0 && d.cfg.Pictures.Lent(r.Handle) != r.Frame {
		d.stats.Stale++
	}
	if r.Repeat { // a display repeats by itself
		return
	}
	if r.Frame <= d.newest {
		d.stats.Reordered++
	}
	d.newest = r.Frame
	if len(d.latched) == Depth {
		d.stats.Dropped++
		return
	}
	d.latched = append(d.latched, client.Shown{Slot: r.Slot, Frame: r.Frame})
}

// Next returns when the next slot lights up or is announced.
func (d *Display) Next() units.Mono {
	switch {
	case len(d.told) > 0:
		return d.told[0].due
	case d.lit:
		return d.announce
	}
	return d.light
}

// Take returns the next event due.
func (d *Display) Take(now units.Mono) machine.Event {
	if d.advance(now); len(d.told) == 0 {
		return nil
	}
	n := d.told[0]
	d.told = slices.Delete(d.told, 0, 1)
	if n.slot.ID != 0 {
		return d.slots.Put(now, client.Slot{Timing: n.slot})
	}
	return d.shown.Put(now, n.shown)
}

// advance does what is due at now. What a display does itself it does at the right instant, however late its host looks.
func (d *Display) advance(now units.Mono) {
	if !d.begun && now >= d.announce {
		d.begun, d.light = true, now
	}
	for {
		switch {
		case d.lit && d.announce <= now:
			d.tellSlot()
		case !d.lit && d.light <= now:
			d.tellShown()
		default:
			return
		}
	}
}

// tellShown lights the slot up: it shows what was latched for it, and what was latched too late for an earlier one.
func (d *Display) tellShown() {
	d.stats.Slots++
	if len(d.latched) > 0 {
		d.stats.Fresh++
	}
	for _, l := range d.latched {
		if l.Slot != d.slot {
			d.stats.Late++
		}
		l.At = d.light
		d.told = append(d.told, news{due: d.light, shown: l})
	}
	d.latched = d.latched[:0]
	d.lit, d.announce = true, d.light
	if d.cfg.Jitter > 0 {
		d.announce = d.light.Add(time.Duration(d.rng.Int64N(int64(d.cfg.Jitter))))
	}
}

// tellSlot announces the slot a period after the last light.
func (d *Display) tellSlot() {
	due := d.announce
	d.lit = false
	d.slot++
	// A fast crystal makes periods short. Nothing below a nanosecond is lost.
	parts, rate := int64(d.cfg.Period)*giga+d.part, giga+d.cfg.PPB
	d.light, d.part = d.light+units.Mono(parts/rate), parts%rate
	d.told = append(d.told, news{due: due, slot: presenter.Slot{
		ID: d.slot, DisplayAt: d.light, LatchBy: d.light.Add(-d.cfg.Scanout), Period: d.cfg.Period,
	}})
}
