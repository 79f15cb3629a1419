package packet

import (
	"bytes"
	"math"
	"testing"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// queued is a packetizer with frames 1 and 2 of 10 full datagrams and a short one each, of 100 bytes in all.
func queued(t *testing.T) *Packetizer {
	t.Helper()
	p := newPacketizer(t, small)
	for frame := units.FrameID(1); frame <= 2; frame++ {
		begin(t, p, frame, uint8(frame-1))
		slice(t, p, pattern(10*smallPayload+100-wire.ShardOverhead-wire.FrameInfoSize), true)
	}
	return p
}

func TestTakeObeysLimits(t *testing.T) {
	const size = wire.MinDatagram
	for _, c := range []struct {
		name     string
		count    int
		bytes    units.ByteCount
		want     int
		wantLast bool
	}{
		{"one", 1, math.MaxInt64, 1, false},
		{"none by count", 0, math.MaxInt64, 0, false},
		{"none by bytes", 64, size - 1, 0, false},
		{"nothing", 64, 0, 0, false},
		{"negative", -1, -1, 0, false},
		{"two by bytes", 64, 3*size - 1, 2, false},
		{"all but the short one", 64, 10*size + 99, 10, false},
		{"the whole frame exactly", 64, 10*size + 100, 11, true},
		{"not into the next frame", 64, math.MaxInt64, 11, true},
	} {
		b := queued(t).Take(0, 1, c.count, c.bytes)
		if b.Count != c.want || b.Last != c.wantLast || units.ByteCount(len(b.Slab)) > max(c.bytes, 0) {
			t.Errorf("%s: Take = %d datagrams of %d bytes, last %t, want %d, last %t", c.name, b.Count, len(b.Slab), b.Last, c.want,
				c.wantLast)
		}
		if c.want > 0 && (!b.First || b.Frame != 1) {
			t.Errorf("%s: Take = frame %d, first %t, want frame 1 from its start", c.name, b.Frame, b.First)
		}
	}
}

// The boundaries of every frame's timeline are its first and last datagram.
func TestTakeTellsWhereFramesBeginAndEnd(t *testing.T) {
	p := queued(t)
	var first, last, count [3]int
	for {
		b := p.Take(0, 1, 4, math.MaxInt64)
		if b.Count == 0 {
			break
		}
		count[b.Frame] += b.Count
		if b.First {
			first[b.Frame]++
		}
		if b.Last {
			last[b.Frame]++
			if count[b.Frame] != 11 {
				t.Errorf("frame %d ends after %d datagrams, want 11", b.Frame, count[b.Frame])
			}
		}
	}
	if first != [3]int{0, 1, 1} || last != [3]int{0, 1, 1} {
		t.Errorf("frames 1 and 2 begin %v and end %v times, want once", first[1:], last[1:])
	}
}

// Other datagrams are sent in between, so that numbers are given when a burst leaves, not when it is cut.
func TestTakeStampsWhatItHandsOut(t *testing.T) {
	p := queued(t)
	for _, c := range []struct {
		now    units.Mono
		number uint64
		sent   uint32
	}{
		{1_999, 100, 1},
		{5_000_000_000_000, 1 << 40, 705_032_704}, // 5e9 µs modulo 2^32
	} {
		for i, d := range parse(t, p.Take(c.now, c.number, 3, math.MaxInt64)) {
			if d.header.Number != c.number+uint64(i) || d.shard.Sent != c.sent {
				t.Errorf("datagram %d at %d is numbered %d and stamped %d, want %d and %d", i, c.now, d.header.Number, d.shard.Sent,
					c.number+uint64(i), c.sent)
			}
		}
	}
}

func TestCancel(t *testing.T) {
	p := queued(t)
	p.Take(0, 1, 3, math.MaxInt64)
	if sent, dropped, ok := p.Cancel(1); sent != 3 || dropped != 8 || !ok {
		t.Errorf("Cancel(1) = %d sent, %d dropped, %t, want 3, 8, true", sent, dropped, ok)
	}
	if _, _, ok := p.Cancel(1); ok {
		t.Error("Cancel(1) again = true, want false")
	}
	if b := p.Take(0, 4, 64, math.MaxInt64); b.Frame != 2 || !b.First || b.Count != 11 {
		t.Errorf("Take = %d datagrams of frame %d, want 11 of frame 2", b.Count, b.Frame)
	}
}

func TestCancelInTheMiddleFreesTheSlot(t *testing.T) {
	p := queued(t)
	begin(t, p, 3, 1)
	slice(t, p, pattern(10), true)
	if sent, dropped, ok := p.Cancel(2); sent != 0 || dropped != 11 || !ok {
		t.Errorf("Cancel(2) = %d sent, %d dropped, %t, want 0, 11, true", sent, dropped, ok)
	}
	begin(t, p, 4, 1)
	slice(t, p, pattern(10), true)
	frames := map[units.FrameID]int{}
	for _, d := range drain(t, p, 0, 64) {
		frames[d.shard.Frame]++
	}
	if frames[1] != 11 || frames[2] != 0 || frames[3] != 1 || frames[4] != 1 {
		t.Errorf("datagrams by frame = %v, want 11 of 1, none of 2, one of 3 and 4", frames)
	}
}

// The encoder does not know that its frame was cancelled: its slices must not end up in the next.
func TestCancelSwallowsSlicesThatStillCome(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	slice(t, p, pattern(2000), false)
	p.Take(0, 1, 1, math.MaxInt64)
	if sent, dropped, ok := p.Cancel(1); sent != 1 || dropped != 3 || !ok {
		t.Errorf("Cancel(1) = %d sent, %d dropped, %t, want 1, 3, true", sent, dropped, ok)
	}
	slice(t, p, pattern(2000), false)
	slice(t, p, pattern(2000), true)
	if n, _ := p.Ready(); n != 0 || p.Queued() != 0 {
		t.Errorf("%d datagrams of %d frames are queued, want none", n, p.Queued())
	}
	begin(t, p, 2, 0)
	slice(t, p, []byte("two"), true)
	if got, want := joined(drain(t, p, 0, 64)), append(info.Append(nil), "two"...); !bytes.Equal(got, want) {
		t.Errorf("frame 2 = %q, want %q", got, want)
	}
}

// A slab that was handed out must keep its bytes while later slices of the frame are cut.
func TestSlabsSurviveLaterSlices(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	slice(t, p, pattern(3000), false)
	b := p.Take(0, 1, 64, math.MaxInt64)
	before := bytes.Clone(b.Slab)
	slice(t, p, pattern(3000), true)
	p.Take(0, 100, 64, math.MaxInt64)
	if !bytes.Equal(b.Slab, before) {
		t.Error("the slab changed after it was handed out")
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	p := newPacketizer(t, Config{})
	unit := pattern(50_000)
	frame := units.FrameID(0)
	allocs := testing.AllocsPerRun(200, func() {
		frame++
		_ = p.Begin(frame, 0, info)
		for i := range 5 {
			_ = p.Slice(unit[i*10_000:(i+1)*10_000], 0, i == 4)
		}
		for p.Take(0, 1, 8, 20_000).Count > 0 {
		}
		p.Cancel(frame)
	})
	if allocs != 0 {
		t.Errorf("a frame allocates %v times, want 0", allocs)
	}
	if p.Queued() != 0 {
		t.Errorf("%d frames are still queued", p.Queued())
	}
}

func BenchmarkPacketize150KB(b *testing.B) {
	p, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	unit := pattern(150_000)
	b.SetBytes(int64(len(unit)))
	b.ReportAllocs()
	frame := units.FrameID(0)
	for b.Loop() {
		frame++
		_ = p.Begin(frame, 0, info)
		_ = p.Slice(unit, 0, true)
		for p.Take(0, 1, 46, math.MaxInt64).Count > 0 {
		}
	}
}
