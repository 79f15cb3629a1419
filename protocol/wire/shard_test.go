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
		patch{"reserved byte", 15, []byte{1}, nil},
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
