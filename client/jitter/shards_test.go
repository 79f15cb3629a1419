package jitter

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/wire"
	"airbridge/units"
)

const ms = units.Mono(time.Millisecond)

// tiny is a stream of payloads of 10 bytes.
var tiny = Config{Payload: 10, MaxFrame: 5000, Frames: 4}

// piece is a shard and its payload.
type piece struct {
	wire.Shard
	payload []byte
}

// content is the byte that frame id has at place i.
func content(id units.FrameID, i int) byte { return byte(int(id)*31 + i*7 + i>>8) }

// cut makes the shards of frame id of length bytes, independently of package packet.
func cut(id units.FrameID, ref uint8, length, payload int) (all []piece) {
	b := make([]byte, length)
	for i := range b {
		b[i] = content(id, i)
	}
	for at := 0; at < length; at += payload {
		n := len(all)
		s := wire.Shard{
			Frame: id, Ref: ref, Sent: uint32(id)<<12 | uint32(n),
			Block: uint8(n / wire.BlockShards), Index: uint8(n % wire.BlockShards),
		}
		end := min(at+payload, length)
		if end == length || s.Index == wire.BlockShards-1 {
			s.K, s.Last = s.Index+1, end == length
			s.Length = uint32(end - int(s.Block)*wire.BlockShards*payload)
		}
		all = append(all, piece{s, b[at:end]})
	}
	return all
}

func push(t *testing.T, b *Buffer, at units.Mono, p piece, want Verdict) {
	t.Helper()
	if got := b.Push(at, p.Shard, p.payload, 0); got != want {
		t.Fatalf("Push(%d, frame %d shard %d) = %v, want %v", at, p.Frame, p.Position(), got, want)
	}
}

// pushAll pushes the shards at the given positions.
func pushAll(t *testing.T, b *Buffer, at units.Mono, all []piece, positions ...int) {
	t.Helper()
	for _, i := range positions {
		push(t, b, at, all[i], Accepted)
	}
}

func told(b *Buffer, now units.Mono) (all []Hole) {
	for {
		h, ok := b.NextHole(now)
		if !ok {
			return all
		}
		all = append(all, h)
	}
}

func wantHoles(t *testing.T, b *Buffer, now units.Mono, want ...Hole) {
	t.Helper()
	if diff := cmp.Diff(want, told(b, now)); diff != "" {
		t.Errorf("holes at %s differ (-want +got):\n%s", time.Duration(now), diff)
	}
}

func wantDeadline(t *testing.T, b *Buffer, want units.Mono) {
	t.Helper()
	if got := b.Deadline(); got != want {
		t.Errorf("Deadline() = %s, want %s", time.Duration(got), time.Duration(want))
	}
}
