package decoder

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"airbridge/client"
	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/sim/payload"
	"airbridge/units"
)

var _ host.Device = (*Decoder)(nil)

// plain is a decoder that takes exactly 3 ms.
func plain(cfg Config) *Decoder {
	cfg.Latency = Latency{Fixed: 3 * ms}
	return New(cfg)
}

func unit(frame units.FrameID, size int) []byte {
	b := make([]byte, size)
	payload.Fill(b, frame, 0)
	return b
}

// give asks for frames in order at one instant, the first of them an IDR.
func give(d *Decoder, now units.Mono, frames ...units.FrameID) {
	for i, f := range frames {
		d.Do(now, &client.Decode{Frame: f, IDR: i == 0, Unit: unit(f, 100)})
	}
}

// answer is what a decoder told.
type answer struct {
	At     units.Mono
	Frame  units.FrameID
	Handle machine.Handle
	Err    string
}

// answers takes everything up to an instant, each as it is due.
func answers(d *Decoder, until units.Mono) (all []answer) {
	for d.Next() <= until {
		now := d.Next()
		switch e := d.Take(now).(type) {
		case *client.Decoded:
			all = append(all, answer{now, e.Frame, e.Handle, ""})
		case *client.DecodeFailed:
			all = append(all, answer{now, e.Frame, 0, e.Err.Error()})
		default:
			panic("nothing came when it was due")
		}
	}
	return all
}

func TestOneAfterTheOther(t *testing.T) {
	d := plain(Config{})
	give(d, 1000, 1, 2)
	if e := d.Take(1000 + 3e6 - 1); e != nil {
		t.Errorf("%+v came before its time", e)
	}
	d.Do(4e6, &client.Decode{Frame: 3, Unit: unit(3, 10)})
	d.Do(20e6, &client.Decode{Frame: 4, Unit: unit(4, 10)})
	want := []answer{{1000 + 3e6, 1, 1, ""}, {1000 + 6e6, 2, 2, ""}, {1000 + 9e6, 3, 3, ""}, {23e6, 4, 4, ""}}
	if diff := cmp.Diff(want, answers(d, units.Never-1)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if d.Next() != units.Never || d.Take(1e12) != nil {
		t.Error("an idle decoder has something to tell")
	}
}

// A unit too many is refused at once, and before anything that is under way.
func TestFull(t *testing.T) {
	d := plain(Config{Depth: 2})
	give(d, 0, 1, 2, 3)
	want := []answer{{0, 3, 0, ErrBusy.Error()}, {3e6, 1, 1, ""}, {6e6, 2, 2, ""}}
	if diff := cmp.Diff(want, answers(d, units.Never-1)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	for i := range units.FrameID(10) {
		give(d, 100e6, 10+i)
	}
	if s := d.Statistics(); s.Busy != 9 {
		t.Errorf("%d units were refused, want 1 and 8 more", s.Busy)
	}
	if n := len(plainDepth(t)); n != 8 {
		t.Errorf("a decoder takes %d units by default, want 8", n)
	}
}

// plainDepth fills a decoder of the default depth and returns what it took.
func plainDepth(t *testing.T) []answer {
	t.Helper()
	d := plain(Config{})
	for i := range units.FrameID(20) {
		give(d, 0, 1+i)
	}
	return slices.DeleteFunc(answers(d, units.Never-1), func(a answer) bool { return a.Err != "" })
}

func TestWrongUnitsFail(t *testing.T) {
	whole := unit(5, 1000)
	damaged := slices.Clone(whole)
	damaged[999] ^= 0x80
	for _, c := range []struct {
		name   string
		decode client.Decode
		blind  bool
		want   error
	}{
		{"right", client.Decode{Unit: whole}, false, nil},
		{"one bit", client.Decode{Unit: damaged}, false, ErrCorrupt},
		{"one bit, nobody looks", client.Decode{Unit: damaged}, true, nil},
		{"another frame's", client.Decode{Unit: unit(6, 1000)}, false, ErrCorrupt},
		{"a piece is missing", client.Decode{Unit: append(slices.Clone(whole[:400]), whole[401:]...)}, false, ErrCorrupt},
		{"elided", client.Decode{Elided: 1000}, false, nil},
		{"its end elided", client.Decode{Unit: whole[:300], Elided: 700}, false, nil},
		{"its end elided, one bit before", client.Decode{Unit: damaged[990:], Elided: 700}, false, ErrCorrupt},
	} {
		d := plain(Config{Verify: !c.blind})
		c.decode.Frame, c.decode.IDR = 5, true
		d.Do(0, &c.decode)
		got := answers(d, units.Never-1)
		if failed := got[0].Err != ""; failed != (c.want != nil) || failed && got[0].Err != c.want.Error() {
			t.Errorf("%s: %+v, want %v", c.name, got, c.want)
		}
	}
}

// What a decoder cannot tell, but the laboratory must: a frame that builds on nothing sound.
func TestOrphans(t *testing.T) {
	far := func(frame units.FrameID) (units.FrameID, bool) {
		return map[units.FrameID]units.FrameID{2: 1, 3: 1, 4: 2, 9: 7}[frame], frame < 10
	}
	for _, c := range []struct {
		name      string
		reference func(units.FrameID) (units.FrameID, bool)
		frames    []units.FrameID
		idr       units.FrameID
		orphans   uint64
	}{
		{"a chain", nil, []units.FrameID{1, 2, 3, 4}, 1, 0},
		{"no IDR", nil, []units.FrameID{1, 2}, 0, 2},
		{"IDR in the middle", nil, []units.FrameID{1, 2, 3}, 2, 1},
		{"a gap nobody can judge", nil, []units.FrameID{1, 4}, 1, 0},
		{"a gap that is none", far, []units.FrameID{1, 3}, 1, 0},
		{"a gap", far, []units.FrameID{1, 4}, 1, 1},
		{"what builds on an orphan", far, []units.FrameID{9, 1, 2, 4}, 1, 1},
		{"unknown to the encoder", far, []units.FrameID{1, 12}, 1, 0},
		{"its reference failed", far, []units.FrameID{1, 2, 4}, 1, 1},
	} {
		d := plain(Config{Reference: c.reference, Fail: func(f units.FrameID) bool {
			return c.name == "its reference failed" && f == 2
		}})
		for i, f := range c.frames {
			d.Do(units.Mono(i)*10e6, &client.Decode{Frame: f, IDR: f == c.idr})
		}
		if s := d.Statistics(); s.Orphans != c.orphans {
			t.Errorf("%s: %d orphans, want %d", c.name, s.Orphans, c.orphans)
		}
	}
}

// A stream begins anew with each session: its first frame may be older than the last one's, and nothing is left to build on.
func TestAnotherStream(t *testing.T) {
	d := plain(Config{})
	give(d, 0, 7, 8)
	d.Do(50e6, &client.Configure{})
	d.Do(60e6, &client.Decode{Frame: 3})
	if s := d.Statistics(); s.Reordered != 0 || s.Orphans != 1 {
		t.Errorf("%+v, want an orphan that is not out of order", s)
	}
	d.Do(61e6, &client.Decode{Frame: 2, IDR: true})
	if s := d.Statistics(); s.Reordered != 1 {
		t.Errorf("%+v, want one frame out of order", s)
	}
}

func TestLoans(t *testing.T) {
	d := plain(Config{})
	give(d, 0, 1, 2, 3)
	answers(d, 1e9)
	d.Do(1e9, &client.Release{Handle: 2})
	d.Do(1e9, &client.Release{Handle: 2})
	d.Do(1e9, &client.Release{Handle: 9})
	if diff := cmp.Diff([]units.FrameID{1, 3}, d.Leaked()); diff != "" {
		t.Errorf("leaked (-want +got):\n%s", diff)
	}
	if d.Lent(1) != 1 || d.Lent(2) != 0 || d.Lent(0) != 0 {
		t.Errorf("handles 1, 2 and 0 are of frames %d, %d and %d, want 1, 0 and 0", d.Lent(1), d.Lent(2), d.Lent(0))
	}
	want := Statistics{Decoded: 3, Unknown: 2, LentMost: 3, Lent: 2}
	if s := d.Statistics(); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
	give(d, 2e9, 4)
	if a := answers(d, 3e9); a[0].Handle != 4 {
		t.Errorf("handle %d, want 4: no number is used twice", a[0].Handle)
	}
}

// What was told at one instant stays as it is through the turn, whatever is asked meanwhile.
func TestEventsLast(t *testing.T) {
	d := New(Config{Depth: 100})
	var told []*client.Decoded
	for i := range units.FrameID(50) {
		give(d, 7, 1+i)
		told = append(told, d.Take(7).(*client.Decoded))
	}
	for i, e := range told {
		if e.Frame != units.FrameID(1+i) {
			t.Errorf("the answer for frame %d says %d now", 1+i, e.Frame)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	d := New(Config{Latency: PC(), Verify: true})
	decode, release := &client.Decode{IDR: true, Unit: unit(1, 5000)}, &client.Release{}
	now := units.Mono(0)
	run := func() {
		for range 100 {
			now += 14e6
			decode.Frame = 1
			d.Do(now, decode)
			at := d.Next()
			release.Handle = d.Take(at).(*client.Decoded).Handle
			d.Do(at, release)
		}
	}
	run()
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
