package wire

import (
	"bytes"
	"math"
	"testing"
)

// shardSample closes a block of three payloads.
var shardSample = Shard{
	Frame: 90_001, Sent: 0xfedcba98, Block: 2, Index: 1, K: 3, Ref: 4, FirstSlice: 1, LastSlice: 3, Last: true, Length: 2900,
}

var shardTwin = twin[Shard]{
	parse: func(b []byte) (Shard, error) {
		s, _, err := ParseShard(b)
		return s, err
	},
	append: func(s Shard, dst []byte) []byte { return append(s.Append(dst), 'x') },
	size:   ShardSize + 1, open: true,
}

func TestShard(t *testing.T) {
	shardTwin.roundTrips(t,
		shardSample,
		Shard{Frame: 1, K: 1, Last: true, Length: 1},
		Shard{Frame: math.MaxUint32, Ref: 255, Block: 255, Index: BlockShards - 2, LastSlice: MaxSlices - 1},
		Shard{Frame: 7, Index: BlockShards - 1, K: BlockShards, Length: BlockShards * 1364},
		Shard{Frame: 7, Index: 0, K: BlockShards, Length: BlockShards},
		Shard{Frame: 7, Index: 5, Parity: 1},
		Shard{Frame: 7, Index: 2, K: 3, Last: true, Length: 3, Parity: MaxParity},
		Shard{Frame: 7, Index: 3, K: 3, Last: true, Length: 3, Parity: 1},
		Shard{Frame: 7, Index: 255, K: BlockShards, Length: BlockShards, Parity: MaxParity},
	)
	shardTwin.refusesLengths(t, shardSample)
	shardTwin.refusesFields(t, shardSample,
		patch{"no frame", 0, zero4, nil},
		patch{"index beyond the block", 9, []byte{3}, nil},
		patch{"block of too many shards", 10, []byte{BlockShards + 1}, nil},
		patch{"reference before the first frame", 0, []byte{0, 0, 0, 4}, nil},
		patch{"slices backwards", 12, []byte{4}, nil},
		patch{"slice beyond the most", 13, []byte{MaxSlices}, nil},
		patch{"unknown flag", 14, []byte{2}, nil},
		patch{"too much parity", 15, []byte{MaxParity + 1}, nil},
		patch{"index beyond the parity", 9, []byte{5, 3, 5, 1, 3, 1, 2}, nil},
		patch{"open, yet with counted parity", 9, []byte{0, 0, 5, 1, 3, 0, 2, 0, 0, 0, 0}, nil},
		patch{"fewer bytes than shards", 16, []byte{0, 0, 0, 2}, nil},
		patch{"open, yet with a length", 10, []byte{0, 4, 1, 3, 0}, nil},
		patch{"open, yet the last", 10, []byte{0, 4, 1, 3, 1, 0, 0, 0, 0, 0}, nil},
		patch{"short block, yet not the last", 14, []byte{0}, nil},
	)
}

func TestShardThatEndsABlockMustCloseIt(t *testing.T) {
	open := Shard{Frame: 1, Index: BlockShards - 1}
	if open.Valid() {
		t.Errorf("Valid(%+v) = true, want false: nothing of the block follows", open)
	}
}

func TestParityFollowsTheData(t *testing.T) {
	for _, c := range []struct {
		s    Shard
		want bool
	}{
		{Shard{Index: 7}, false}, // open: more data follows
		{Shard{Index: 7, K: 8, Parity: 2}, false},
		{Shard{Index: 8, K: 8, Parity: 2}, true},
		{Shard{Index: 9, K: 8, Parity: 2}, true},
	} {
		if got := c.s.IsParity(); got != c.want {
			t.Errorf("IsParity of %+v = %t, want %t", c.s, got, c.want)
		}
	}
}

func TestShardPosition(t *testing.T) {
	for _, c := range []struct {
		block, index uint8
		want         int
	}{{0, 0, 0}, {0, 191, 191}, {1, 0, 192}, {255, 191, MaxShards - 1}} {
		if got := (Shard{Block: c.block, Index: c.index}).Position(); got != c.want {
			t.Errorf("position of block %d index %d = %d, want %d", c.block, c.index, got, c.want)
		}
	}
}

func TestParseShardReturnsThePayload(t *testing.T) {
	_, payload, err := ParseShard(append(shardSample.Append(nil), "pixels"...))
	if err != nil || string(payload) != "pixels" {
		t.Errorf("ParseShard = payload %q, %v, want the bytes behind the header", payload, err)
	}
}

func TestStampShardChangesSentOnly(t *testing.T) {
	want := append(shardSample.Append(headerSample.Append(nil)), "pixels"...)
	unsent := shardSample
	unsent.Sent = 0
	got := append(unsent.Append(headerSample.Append(nil)), "pixels"...)
	StampShard(got, shardSample.Sent)
	if !bytes.Equal(got, want) {
		t.Errorf("stamped datagram = %x, want %x", got, want)
	}
}
