// Package decoder models a video decoder: it obeys client.Decode one unit after the other and answers after a latency with
// a documented distribution. It lends pictures as the real shells do, and notices what a core must never do: a unit that
// is not what was encoded, a frame whose reference was not decoded, a picture given back twice or never.
package decoder

import (
	"cmp"
	"slices"

	"airbridge/client"
	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"
)

// memory is how many decoded frames are remembered: as far back as a reference may lie.
const memory = 256

// Decoder is a host.Device. It is not safe for concurrent use; its host owns it.
type Decoder struct {
	cfg    Config
	timing timing

	inside []job // oldest at first, done in this order
	turned []job // away; told before anything else
	freeAt units.Mono

	sound  [memory]units.FrameID // frames that gave a sound picture or will, by number
	began  bool                  // there is one
	newest units.FrameID
	lent   []loan
	last   machine.Handle
	stats  Statistics

	decoded host.Events[client.Decoded]
	failed  host.Events[client.DecodeFailed]
}

// job is a unit and what will become of it.
type job struct {
	frame units.FrameID
	due   units.Mono
	err   error
}

// loan is a picture somebody has.
type loan struct {
	handle machine.Handle
	frame  units.FrameID
}

// New returns a decoder. It panics where cfg is not valid.
func New(cfg Config) *Decoder {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	cfg.Depth = cmp.Or(cfg.Depth, 8)
	cfg.Name = cmp.Or(cfg.Name, "decoder")
	return &Decoder{cfg: cfg, timing: newTiming(cfg)}
}

// Statistics returns what was counted so far.
func (d *Decoder) Statistics() Statistics {
	s := d.stats
	s.Lent = len(d.lent)
	return s
}

// Leaked returns the frames whose pictures are lent, oldest first: at the end of a session there should be none.
func (d *Decoder) Leaked() []units.FrameID {
	var frames []units.FrameID
	for _, l := range d.lent {
		frames = append(frames, l.frame)
	}
	return frames
}

// Lent says which frame's picture h is; zero where it is not lent.
func (d *Decoder) Lent(h machine.Handle) units.FrameID {
	if i := d.find(h); i >= 0 {
		return d.lent[i].frame
	}
	return 0
}

// kinds are what a decoder obeys.
var kinds = []machine.Kind{client.KindConfigure, client.KindDecode, client.KindRelease}

// Kinds returns client.KindConfigure, KindDecode and KindRelease.
func (*Decoder) Kinds() []machine.Kind { return kinds }

// Do takes a unit, or takes a picture back.
func (d *Decoder) Do(now units.Mono, request machine.Event) {
	switch r := request.(type) {
	case *client.Configure:
		d.timing.resize(int(r.Stream.Width), int(r.Stream.Height))
		d.sound, d.began, d.newest = [memory]units.FrameID{}, false, 0 // another stream
	case *client.Decode:
		d.decode(now, r)
	case *client.Release:
		d.release(r.Handle)
	}
}

func (d *Decoder) decode(now units.Mono, r *client.Decode) {
	if len(d.inside) == d.cfg.Depth {
		d.stats.Busy++
		d.turned = append(d.turned, job{r.Frame, now, ErrBusy})
		return
	}
	err := d.examine(r)
	d.freeAt = max(d.freeAt, now).Add(d.timing.draw(r.Length()))
	d.inside = append(d.inside, job{r.Frame, d.freeAt.Add(d.cfg.Latency.Transit), err})
}

// examine looks at a unit as it comes, since its bytes are gone afterwards.
func (d *Decoder) examine(r *client.Decode) error {
	if r.Frame <= d.newest {
		d.stats.Reordered++
	}
	d.newest = max(d.newest, r.Frame)
	sound := d.follows(r)
	if !sound {
		d.stats.Orphans++
	}
	switch {
	case d.cfg.Fail != nil && d.cfg.Fail(r.Frame):
		d.stats.Chosen++
		return ErrChosen
	case d.cfg.Verify && !right(r):
		d.stats.Corrupt++
		return ErrCorrupt
	}
	if sound {
		d.sound[r.Frame%memory], d.began = r.Frame, true
	}
	return nil
}

// follows says whether the frame's reference was decoded, as far as that can be known: a frame that is no IDR needs one
// at least.
func (d *Decoder) follows(r *client.Decode) bool {
	if r.IDR {
		return true
	}
	if d.cfg.Reference != nil {
		if ref, known := d.cfg.Reference(r.Frame); known {
			return ref == 0 || d.sound[ref%memory] == ref
		}
	}
	return d.began
}

// Next returns when the oldest unit is done.
func (d *Decoder) Next() units.Mono {
	switch {
	case len(d.turned) > 0:
		return d.turned[0].due
	case len(d.inside) > 0:
		return d.inside[0].due
	}
	return units.Never
}

// Take returns the next answer due.
func (d *Decoder) Take(now units.Mono) machine.Event {
	if len(d.turned) > 0 {
		return d.fail(now, shift(&d.turned))
	}
	if len(d.inside) == 0 || d.inside[0].due > now {
		return nil
	}
	j := shift(&d.inside)
	if j.err != nil {
		return d.fail(now, j)
	}
	d.last++
	d.lent = append(d.lent, loan{d.last, j.frame})
	d.stats.Decoded++
	d.stats.LentMost = max(d.stats.LentMost, len(d.lent))
	return d.decoded.Put(now, client.Decoded{Frame: j.frame, Handle: d.last})
}

func (d *Decoder) fail(now units.Mono, j job) machine.Event {
	return d.failed.Put(now, client.DecodeFailed{Frame: j.frame, Err: j.err})
}

// shift takes the first of a few.
func shift(jobs *[]job) job {
	j := (*jobs)[0]
	*jobs = slices.Delete(*jobs, 0, 1)
	return j
}

func (d *Decoder) release(h machine.Handle) {
	i := d.find(h)
	if i < 0 {
		d.stats.Unknown++
		return
	}
	d.lent = slices.Delete(d.lent, i, i+1)
}

func (d *Decoder) find(h machine.Handle) int {
	return slices.IndexFunc(d.lent, func(l loan) bool { return l.handle == h })
}
