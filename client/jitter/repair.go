package jitter

import (
	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// workshop keeps parity shards until they are needed and recovers what is missing.
type workshop struct {
	carrier fec.Carrier
	kept    int // bytes of a shard
	pool    [][]byte
	made    int // parity shards allocated so far

	// What a recovery works on, re-used.
	data, parity  [][]byte
	missing, rows []uint8
}

// keep copies a parity shard.
func (w *workshop) keep(b *block, row int, payload []byte) {
	var kept []byte
	if n := len(w.pool); n > 0 {
		kept, w.pool = w.pool[n-1], w.pool[:n-1]
	} else {
		kept = make([]byte, w.kept)
		w.made++
	}
	copy(kept, payload)
	b.spare = append(b.spare, spare{uint8(row), kept})
}

// discard takes back the parity shards of a block.
func (w *workshop) discard(b *block) {
	for _, s := range b.spare {
		w.pool = append(w.pool, s.payload)
	}
	b.spare = b.spare[:0]
}

// store keeps a shard that check has accepted, and makes its block whole where it suffices.
func (f *slot) store(w *workshop, at units.Mono, sent uint32, p *place, payload []byte, size int) {
	b := &f.blocks[p.block]
	if p.parity {
		row := p.index - b.k
		b.mask |= 1 << row
		w.keep(b, row, payload)
	} else {
		copy(f.shard(p.position, size), payload)
		f.have.add(p.position)
		b.data++
	}
	if at >= f.last {
		f.last, f.sent = at, sent
	}
	if b.enough() {
		f.mend(w, p.block, size)
		f.whole++
	}
}

// shard is where the bytes of a data shard are kept: nowhere, where the carrier elides them.
func (f *slot) shard(position, size int) []byte {
	from := min(position*size, len(f.buf))
	return f.buf[from:min(from+size, len(f.buf))]
}

// mend makes a block whole: recovers what is missing, of shards of size bytes, from as many parity shards.
func (f *slot) mend(w *workshop, i, size int) {
	b := &f.blocks[i]
	start := i * wire.BlockShards
	if lost := b.k - b.data; lost > 0 {
		w.data, w.parity, w.missing, w.rows = w.data[:0], w.parity[:0], w.missing[:0], w.rows[:0]
		for n := range b.k {
			w.data = append(w.data, f.shard(start+n, size))
			if !f.have.has(start + n) {
				w.missing = append(w.missing, uint8(n))
				f.have.add(start + n)
			}
		}
		for _, s := range b.spare[:lost] {
			w.parity, w.rows = append(w.parity, s.payload), append(w.rows, s.row)
		}
		if start+b.k == f.end { // the frame's last shard counts as full
			clear(f.buf[min(f.length, len(f.buf)):min(f.end*size, len(f.buf))])
		}
		w.carrier.Recover(w.data, w.missing, w.parity, w.rows)
		f.repaired += lost
	}
	w.discard(b)
	b.whole = true
}
