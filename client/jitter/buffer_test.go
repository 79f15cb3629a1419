package jitter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/wire"
	"airbridge/units"
)

func TestFrameCompletesInAnyOrder(t *testing.T) {
	b := New(tiny)
	f := cut(7, 2, 35, 10)
	push(t, b, 10, f[3], Accepted)
	push(t, b, 12, f[1], Accepted)
	push(t, b, 13, f[1], Duplicate)
	push(t, b, 14, f[0], Accepted)
	if got, ok := b.Complete(0); ok {
		t.Fatalf("Complete(0) = %+v with a shard missing", got)
	}
	push(t, b, 20, f[2], Accepted)
	push(t, b, 25, f[0], Duplicate)
	want := Frame{ID: 7, Ref: 2, First: 10, Last: 20, Sent: f[2].Sent, Shards: 4, Duplicates: 2}
	for i := range 35 {
		want.Bytes = append(want.Bytes, content(7, i))
	}
	got, ok := b.Complete(0)
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("Complete(0) = %t, differs (-want +got):\n%s", ok, diff)
	}
	wantDeadline(t, b, units.Never)
}

// Arrival stamps may run backwards a little; a frame's timeline does not.
func TestLastArrivalIsARunningMaximum(t *testing.T) {
	b := New(tiny)
	f := cut(1, 0, 20, 10)
	push(t, b, 20, f[0], Accepted)
	push(t, b, 15, f[1], Accepted)
	if got, _ := b.Complete(0); got.Last != 20 || got.Sent != f[0].Sent {
		t.Errorf("last arrival = %d sent %d, want 20 sent %d", got.Last, got.Sent, f[0].Sent)
	}
}

func TestFramesAreOfferedInOrder(t *testing.T) {
	b := New(tiny)
	for _, id := range []units.FrameID{5, 3, 4} {
		pushAll(t, b, 0, cut(id, 1, 5, 10), 0)
	}
	pushAll(t, b, 0, cut(2, 1, 20, 10), 0)
	var got []units.FrameID
	after := units.FrameID(0)
	for {
		f, ok := b.Complete(after)
		if !ok {
			break
		}
		got = append(got, f.ID)
		after = f.ID
	}
	if diff := cmp.Diff([]units.FrameID{3, 4, 5}, got); diff != "" {
		t.Errorf("finished frames differ (-want +got):\n%s", diff)
	}
	if id, ok := b.Unfinished(0); id != 2 || !ok {
		t.Errorf("Unfinished(0) = %d, %t, want 2", id, ok)
	}
	if id, ok := b.Unfinished(2); ok {
		t.Errorf("Unfinished(2) = %d, want none", id)
	}
}

func TestFrameOfSeveralBlocks(t *testing.T) {
	b := New(tiny)
	for id, length := range map[units.FrameID]int{
		1: wire.BlockShards * 10, 2: wire.BlockShards*10 + 1, 3: 2*wire.BlockShards*10 - 1, 4: 5000,
	} {
		f := cut(id, 0, length, 10)
		for i := len(f) - 1; i >= 0; i-- {
			push(t, b, 0, f[i], Accepted)
		}
		got, ok := b.Complete(id - 1)
		if !ok || got.ID != id || len(got.Bytes) != length {
			t.Errorf("Complete(%d) = frame %d of %d bytes, %t, want %d bytes", id-1, got.ID, len(got.Bytes), ok, length)
		}
	}
}

func TestDroppedFramesAreStale(t *testing.T) {
	b := New(tiny)
	pushAll(t, b, 0, cut(3, 0, 20, 10), 0)
	pushAll(t, b, 0, cut(5, 0, 20, 10), 0)
	pushAll(t, b, 0, cut(7, 0, 20, 10), 0, 1)
	b.Drop(5)
	b.Drop(99) // not there
	push(t, b, 1, cut(5, 0, 20, 10)[1], Stale)
	push(t, b, 1, cut(4, 0, 20, 10)[1], Accepted)
	push(t, b, 1, cut(3, 0, 20, 10)[1], Accepted)
	b.DropThrough(6)
	for id := units.FrameID(1); id <= 6; id++ {
		push(t, b, 2, cut(id, 0, 20, 10)[1], Stale)
	}
	if f, ok := b.Complete(0); !ok || f.ID != 7 {
		t.Errorf("Complete(0) = frame %d, %t, want 7", f.ID, ok)
	}
	want := Stats{Completed: 2, Dropped: 2}
	want.Shards[Accepted], want.Shards[Stale] = 6, 7
	if diff := cmp.Diff(want, b.Stats()); diff != "" {
		t.Errorf("statistics differ (-want +got):\n%s", diff)
	}
}

func TestFullBufferEvictsTheOldestFrame(t *testing.T) {
	b := New(tiny)
	pushAll(t, b, 0, cut(10, 0, 5, 10), 0) // finished
	for id := units.FrameID(11); id <= 13; id++ {
		pushAll(t, b, 0, cut(id, 1, 20, 10), 0)
	}
	push(t, b, 1, cut(9, 0, 5, 10)[0], Full) // older than everything that could go
	push(t, b, 1, cut(14, 1, 20, 10)[0], Accepted)
	if at := b.Deadline(); at > 1 {
		t.Errorf("Deadline() = %d with an eviction to tell, want now", at)
	}
	wantHoles(t, b, 1, Hole{Frame: 10, Kind: HoleEvicted})
	push(t, b, 1, cut(10, 0, 5, 10)[0], Stale)
	for id := units.FrameID(11); id <= 14; id++ {
		push(t, b, 1, cut(id, 1, 20, 10)[1], Accepted)
	}
	push(t, b, 2, cut(15, 1, 20, 10)[0], Accepted) // be it finished or not
	wantHoles(t, b, 2, Hole{Frame: 11, Kind: HoleEvicted})
	if got := b.Stats().Evicted; got != 2 {
		t.Errorf("evicted = %d, want 2", got)
	}
}

// Frames that wait for a reference which never comes must not shut out the IDR that mends the chain.
func TestWaitingFramesGiveWayToNewerOnes(t *testing.T) {
	b := New(tiny)
	for id := units.FrameID(2); id <= 40; id++ {
		pushAll(t, b, units.Mono(id), cut(id, 1, 5, 10), 0)
	}
	pushAll(t, b, 41, cut(41, 0, 5, 10), 0)
	for after := units.FrameID(0); ; {
		f, ok := b.Complete(after)
		if !ok {
			t.Fatal("the IDR found no room")
		}
		if f.ID == 41 {
			break
		}
		after = f.ID
	}
}

// Whoever does not ask for evictions must not make the list grow; and a tick asked for must be harmless.
func TestEvictionsNobodyAsksFor(t *testing.T) {
	b := New(tiny)
	for id := units.FrameID(1); id <= 100; id++ {
		pushAll(t, b, units.Mono(id), cut(id, 0, 20, 10), 0)
	}
	b.DropThrough(100)
	if at := b.Deadline(); at > 100 {
		t.Errorf("Deadline() = %d, want at once", at)
	}
	wantHoles(t, b, 100, Hole{Frame: 93, Kind: HoleEvicted}, Hole{Frame: 94, Kind: HoleEvicted},
		Hole{Frame: 95, Kind: HoleEvicted}, Hole{Frame: 96, Kind: HoleEvicted})
	wantDeadline(t, b, units.Never)
}

func TestRefusals(t *testing.T) {
	closing := cut(1, 0, 25, 10)[2]
	for _, c := range []struct {
		name    string
		s       wire.Shard
		payload int
		want    Verdict
	}{
		{"no frame", wire.Shard{}, 10, RefusedMalformed},
		{"open at the end of a block", wire.Shard{Frame: 1, Index: 191}, 10, RefusedMalformed},
		{"index beyond any block", wire.Shard{Frame: 1, Index: 255}, 10, RefusedMalformed},
		{"short in the middle", wire.Shard{Frame: 1}, 9, RefusedSize},
		{"too long", wire.Shard{Frame: 1}, 11, RefusedSize},
		{"empty", wire.Shard{Frame: 1}, 0, RefusedSize},
		{"closing shard too short", closing.Shard, 4, RefusedSize},
		{"closing shard full", closing.Shard, 10, RefusedSize},
		{"block of another length", wire.Shard{Frame: 1, K: 192, Length: 1919}, 10, RefusedSize},
		{"last block longer than its shards", wire.Shard{Frame: 1, K: 2, Last: true, Length: 21}, 10, RefusedSize},
		{"last block of fewer shards", wire.Shard{Frame: 1, K: 3, Last: true, Length: 20}, 10, RefusedSize},
		{"length near overflow", wire.Shard{Frame: 1, K: 2, Last: true, Length: 1<<32 - 1}, 10, RefusedSize},
		{"beyond the longest frame", wire.Shard{Frame: 1, Block: 2, Index: 116}, 10, RefusedLong},
		{"open where the longest frame ends", wire.Shard{Frame: 1, Block: 2, Index: 115}, 10, RefusedLong},
		{"closes beyond the longest frame", wire.Shard{Frame: 1, Block: 2, K: 117, Last: true, Length: 1161}, 10, RefusedLong},
		{"block beyond the longest frame", wire.Shard{Frame: 1, Block: 255, K: 192, Length: 1920}, 10, RefusedLong},
	} {
		b := New(tiny)
		got := b.Push(0, c.s, make([]byte, c.payload), 0)
		if got != c.want || !got.Refused() {
			t.Errorf("%s: Push = %v, want %v", c.name, got, c.want)
		}
		if b.Stats().Shards[c.want] != 1 || len(b.order) != 0 {
			t.Errorf("%s: counted %v, %d slots in use, want it counted and no slot", c.name, b.Stats().Shards, len(b.order))
		}
	}
}

// The first shards of a frame are believed; what contradicts them is refused and changes nothing.
func TestContradictions(t *testing.T) {
	whole := cut(9, 1, 3000, 10) // 300 shards in two blocks
	short := cut(9, 1, 100, 10)
	change := func(p piece, f func(*wire.Shard)) piece {
		f(&p.Shard)
		return p
	}
	for _, c := range []struct {
		name  string
		frame []piece
		came  int // shard of the frame that came before
		shard piece
	}{
		{"another reference", whole, 0, change(whole[1], func(s *wire.Shard) { s.Ref = 2 })},
		{"another end", whole, 299, change(whole[250], func(s *wire.Shard) { s.K, s.Last, s.Length = 107, true, 1070 })},
		{"another length", whole, 299, change(whole[298], func(s *wire.Shard) { s.K, s.Last, s.Length = 108, true, 1079 })},
		{"beyond the end", short, 9, whole[10]},
		{"open at the end", short, 9, whole[9]},
		{"end before a shard that came", whole, 20, short[9]},
		{"end right behind an open one", whole, 9, short[9]},
		{"end in a block that goes on", whole, 191, change(whole[5], func(s *wire.Shard) { s.K, s.Last, s.Length = 192, true, 1920 })},
		{"block that goes on, at the end", short, 9, change(short[5], func(s *wire.Shard) { s.K, s.Length = 192, 1920 })},
	} {
		b := New(tiny)
		push(t, b, 0, c.frame[c.came], Accepted)
		if got := b.Push(0, c.shard.Shard, c.shard.payload, 0); got != RefusedContradiction {
			t.Errorf("%s: Push = %v, want %v", c.name, got, RefusedContradiction)
		}
		for i, p := range c.frame {
			if i != c.came {
				push(t, b, 0, p, Accepted)
			}
		}
		if got, ok := b.Complete(0); !ok || got.Shards != len(c.frame) || got.Ref != 1 {
			t.Errorf("%s: Complete(0) = %d shards, %t, want the frame of %d", c.name, got.Shards, ok, len(c.frame))
		}
	}
}

func TestFramesFarAheadAreRefused(t *testing.T) {
	b := New(tiny)
	push(t, b, 0, cut(1_000_000, 0, 20, 10)[0], Accepted) // a source may have run for long
	push(t, b, 0, cut(1_000_000+maxAhead+1, 0, 20, 10)[0], RefusedAhead)
	push(t, b, 0, cut(1_000_000+maxAhead, 0, 20, 10)[0], Accepted)
	push(t, b, 0, cut(1, 0, 20, 10)[0], Accepted) // old, not stale
}

func TestConfigTellsAllFaults(t *testing.T) {
	err := Config{Payload: -1, MaxFrame: wire.MaxFrameLimit + 1, Frames: -1, Patience: -1}.Validate()
	if err == nil {
		t.Fatal("Validate of an impossible configuration = nil")
	}
	for _, key := range []string{"payload -1", "max frame", "frames -1", "patience -1ns"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("error does not mention %q: %v", key, err)
		}
	}
	if err := (Config{Payload: 1, MaxFrame: wire.MaxFrameLimit}).Validate(); err == nil {
		t.Error("a frame of more shards than blocks hold is accepted")
	}
	defer func() {
		if recover() == nil {
			t.Error("New with an impossible configuration does not panic")
		}
	}()
	New(Config{})
}

// Whatever a Welcome may promise the buffer can be built for.
func TestEveryWelcomeIsAValidConfiguration(t *testing.T) {
	for _, datagram := range []int{wire.MinDatagram, wire.DefaultDatagram, wire.MaxDatagram} {
		for _, longest := range []units.ByteCount{wire.FrameInfoSize + 1, wire.MaxFrameLimit} {
			cfg := Config{Payload: datagram - wire.ShardOverhead, MaxFrame: longest}
			if err := cfg.Validate(); err != nil {
				t.Errorf("datagrams of %d, frames of %d: %v", datagram, longest, err)
			}
		}
	}
}

func TestVerdictsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for v := Accepted; v <= verdictEnd; v++ {
		if v.String() == "" || seen[v.String()] {
			t.Errorf("verdict %d is named %q, want a name of its own", uint8(v), v)
		}
		seen[v.String()] = true
	}
}
