package packet

import (
	"bytes"
	"math"
	"testing"

	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// percent protects a block by as many percent of its shards, IDRs by as many more.
type percent struct{ every, idr int }

func (p percent) Parity(k int, idr bool) int {
	share := p.every
	if idr {
		share += p.idr
	}
	return (k*share + 99) / 100
}

// protected is small with parity of a fifth.
func protected() Config {
	cfg := small
	cfg.Parity = percent{every: 20}
	return cfg
}

// byBlock sorts a frame's shards by block and index, and fails where one is missing or comes twice.
func byBlock(t *testing.T, all []datagram) [][]datagram {
	t.Helper()
	var blocks [][]datagram
	for _, d := range all {
		for int(d.shard.Block) >= len(blocks) {
			blocks = append(blocks, nil)
		}
		b := blocks[d.shard.Block]
		if int(d.shard.Index) != len(b) {
			t.Fatalf("block %d: shard %d comes after %d others", d.shard.Block, d.shard.Index, len(b))
		}
		blocks[d.shard.Block] = append(b, d)
	}
	return blocks
}

// checkProtected verifies that each block's parity is the code's, of the payloads as a receiver sees them.
func checkProtected(t *testing.T, block []datagram, last bool, want func(k int) int) {
	t.Helper()
	closing := block[len(block)-1].shard
	k, m := int(closing.K), int(closing.Parity)
	if m != want(k) || len(block) != k+m || closing.Last != last {
		t.Fatalf("block of %d shards, K %d, parity %d, last %t; want parity %d, last %t", len(block), k, m, closing.Last, want(k), last)
	}
	data, parity, length := make([][]byte, k), make([][]byte, m), 0
	for i := range k {
		data[i] = append(bytes.Clone(block[i].payload), make([]byte, smallPayload-len(block[i].payload))...)
		length += len(block[i].payload)
	}
	for j := range m {
		parity[j] = make([]byte, smallPayload)
	}
	fec.Real{}.Encode(data, parity)
	for j, d := range block[k:] {
		s := d.shard
		if !s.IsParity() || s.FirstSlice != block[0].shard.FirstSlice || s.LastSlice != block[k-1].shard.LastSlice ||
			int(s.Length) != length || int(s.K) != k || s.Last != last {
			t.Fatalf("parity %d of %d data shards says %+v", j, k, s)
		}
		if !bytes.Equal(d.payload, parity[j]) {
			t.Fatalf("parity %d of %d data shards is not that of what was sent", j, k)
		}
	}
	for i, d := range block[:k-1] {
		if d.shard.K != 0 || d.shard.Parity != 1 {
			t.Fatalf("shard %d of a protected block that is open says %+v", i, d.shard)
		}
	}
}

func TestParityFollowsEveryBlock(t *testing.T) {
	for _, length := range []int{1, smallPayload - wire.FrameInfoSize, 5000, 192*smallPayload - wire.FrameInfoSize, 100_000, 250_000} {
		p := newPacketizer(t, protected())
		unit := pattern(length)
		begin(t, p, 1, 0)
		slice(t, p, unit[:length/3], false)
		slice(t, p, unit[length/3:], true)
		ready, size := p.Ready()
		blocks := byBlock(t, drain(t, p, 0, 17))
		var whole []datagram
		for i, b := range blocks {
			checkProtected(t, b, i == len(blocks)-1, func(k int) int { return (k + 4) / 5 })
			whole = append(whole, b[:b[len(b)-1].shard.K]...)
			ready -= len(b)
			for _, d := range b {
				size -= units.ByteCount(len(d.payload) + wire.ShardOverhead)
			}
		}
		if want := append(info.Append(nil), unit...); !bytes.Equal(joined(whole), want) {
			t.Errorf("the data shards of %d bytes do not join to the frame", length)
		}
		if ready != 0 || size != 0 {
			t.Errorf("a frame of %d bytes: Ready() was off by %d datagrams and %d bytes", length, ready, size)
		}
	}
}

// An encoder that hands its slices over early shall not wait for parity, nor for the rest of a block.
func TestProtectedSlicesLeaveEarly(t *testing.T) {
	p := newPacketizer(t, protected())
	begin(t, p, 1, 0)
	slice(t, p, pattern(200*smallPayload), false)
	first := drain(t, p, 0, 64)
	if len(first) < 192+39+8 {
		t.Errorf("%d datagrams leave of a whole block and eight shards", len(first))
	}
	slice(t, p, pattern(10), true)
	for i, b := range byBlock(t, append(first, drain(t, p, 0, 64)...)) {
		checkProtected(t, b, i == 1, func(k int) int { return (k + 4) / 5 })
	}
}

func TestParityByKindOfFrame(t *testing.T) {
	cfg := small
	cfg.Parity = percent{every: 0, idr: 50}
	p := newPacketizer(t, cfg)
	for i, want := range []int{5, 0} {
		frame := units.FrameID(i + 1)
		begin(t, p, frame, uint8(frame-1))
		slice(t, p, pattern(10*smallPayload-wire.FrameInfoSize), true)
		all := drain(t, p, 0, 64)
		if got := len(all) - 10; got != want {
			t.Errorf("frame %d, reference %d back: %d parity shards, want %d", frame, frame-1, got, want)
		}
		if open := all[0].shard.Parity; int(open) != min(want, 1) {
			t.Errorf("frame %d: its open shards say %d", frame, open)
		}
	}
}

// wild is a controller that breaks every rule.
type wild struct{ first, later int }

func (w wild) Parity(k int, _ bool) int {
	if k == 1 {
		return w.first
	}
	return w.later
}

func TestControllersCannotBreakTheFormat(t *testing.T) {
	for _, c := range []struct {
		wild
		want int
	}{{wild{1, 1000}, wire.MaxParity}, {wild{1, -7}, 0}, {wild{0, 10}, 0}, {wild{-1, 10}, 0}} {
		cfg := small
		cfg.Parity = c.wild
		p := newPacketizer(t, cfg)
		begin(t, p, 1, 0)
		slice(t, p, pattern(5000), true)
		all := drain(t, p, 0, 64)
		if got := len(all) - 11; got != c.want {
			t.Errorf("%+v: %d parity shards, want %d", c.wild, got, c.want)
		}
	}
}

// A segmentation-offload call takes datagrams of one size, and only the last may be shorter.
func TestBurstsAreOfOneSizeAndKind(t *testing.T) {
	p := newPacketizer(t, protected())
	begin(t, p, 1, 0)
	slice(t, p, pattern(120_000), true)
	for {
		b := p.Take(0, 1, 13, math.MaxInt64)
		if b.Count == 0 {
			break
		}
		for i, d := range parse(t, b) {
			if got := len(d.payload) + wire.ShardOverhead; got != b.Size && i < b.Count-1 {
				t.Errorf("datagram %d of %d has %d bytes in a burst of %d", i, b.Count, got, b.Size)
			}
			if d.shard.IsParity() != b.Parity {
				t.Errorf("a burst that says parity %t holds shard %d of %d", b.Parity, d.shard.Index, d.shard.K)
			}
		}
	}
	if p.Queued() != 0 {
		t.Error("the frame is still queued")
	}
}

// Whatever datagrams in a row are lost of a frame of several blocks, all blocks lose in proportion.
func TestBlocksTakeTurns(t *testing.T) {
	for _, length := range []int{100_000, 130_000, 180_000, 270_000, 380_000} {
		p := newPacketizer(t, protected())
		begin(t, p, 1, 0)
		slice(t, p, pattern(length), true)
		all := drain(t, p, 0, 17)
		parity := map[uint8]int{}
		for _, d := range all {
			if d.shard.K > 0 {
				parity[d.shard.Block] = int(d.shard.Parity)
			}
		}
		budget := 0
		for _, m := range parity {
			budget += m
		}
		burst := budget * 9 / 10
		for start := 0; start+burst <= len(all); start++ {
			lost := map[uint8]int{}
			for _, d := range all[start : start+burst] {
				lost[d.shard.Block]++
			}
			for block, n := range lost {
				if n > parity[block] {
					t.Fatalf("%d bytes, %d datagrams: a burst of %d from %d on takes %d shards of block %d, which has %d of parity",
						length, len(all), burst, start, n, block, parity[block])
				}
			}
		}
	}
}

func TestUnprotectedFramesLeaveInOrder(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	slice(t, p, pattern(250_000), true)
	for i, d := range drain(t, p, 0, 17) {
		if d.shard.Position() != i || d.shard.Parity != 0 {
			t.Fatalf("shard %d leaves as number %d, parity %d", d.shard.Position(), i, d.shard.Parity)
		}
	}
}

// counting is a carrier that counts how often parity is made.
type counting struct {
	fec.Real
	encoded *int
}

func (c counting) Encode(data, parity [][]byte) {
	*c.encoded++
	c.Real.Encode(data, parity)
}

// The data of a frame does not wait for its parity, and a frame that is given up on its way costs none.
func TestParityIsMadeWhenItLeaves(t *testing.T) {
	cfg, encoded := protected(), 0
	cfg.Carrier = counting{encoded: &encoded}
	p := newPacketizer(t, cfg)
	for frame := units.FrameID(1); frame <= 2; frame++ {
		begin(t, p, frame, 0)
		slice(t, p, pattern(10*smallPayload-wire.FrameInfoSize), true)
		if b := p.Take(0, 1, 64, math.MaxInt64); b.Count != 10 || b.Parity || b.Last || encoded != 0 {
			t.Errorf("the first burst is %d datagrams, parity %t, last %t; parity was made %d times", b.Count, b.Parity, b.Last, encoded)
		}
		if frame == 1 {
			p.Cancel(1)
		}
	}
	if b := p.Take(0, 1, 64, math.MaxInt64); b.Count != 2 || !b.Parity || !b.Last || encoded != 1 {
		t.Errorf("the second burst is %d datagrams, parity %t, last %t; parity was made %d times", b.Count, b.Parity, b.Last, encoded)
	}
}
