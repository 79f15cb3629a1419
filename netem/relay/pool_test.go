package relay

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// A payload stays as it was until its last packet is out, whatever else comes and goes, and the bounds hold.
func TestPoolKeepsPayloads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const packets, limit = 12, 200 << 10
		p := newPool(packets, limit)
		type kept struct {
			id     uint32
			data   []byte
			copies int
		}
		var all []kept
		for step := range 200 {
			if len(all) > 0 && rapid.Bool().Draw(t, "release") {
				i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
				k := &all[i]
				if got := p.get(k.id).data(); !bytes.Equal(got, k.data) {
					t.Fatalf("parcel %d holds %d bytes, want the %d put there", k.id, len(got), len(k.data))
				}
				p.release(k.id)
				if k.copies--; k.copies == 0 {
					all = append(all[:i], all[i+1:]...)
				}
				continue
			}
			data := bytes.Repeat([]byte{byte(step)}, rapid.SampledFrom([]int{0, 1, 1400, 2048, 2049, 9000, 60000}).Draw(t, "length"))
			id, ok := p.put(data, tag{}, 0)
			if !ok {
				continue
			}
			copies := rapid.IntRange(1, 3).Draw(t, "copies")
			p.get(id).copies = copies
			for _, k := range all {
				if k.id == id {
					t.Fatalf("number %d was given twice", id)
				}
			}
			all = append(all, kept{id, data, copies})
			if p.inUse() != len(all) || p.inUse() > packets || p.held > limit {
				t.Fatalf("%d in use in %d bytes, want %d of at most %d in at most %d", p.inUse(), p.held, len(all), packets, limit)
			}
		}
	})
}

// Buffers of one length that nobody needs any more make room for those of another.
func TestPoolMakesRoom(t *testing.T) {
	p := newPool(1000, 128<<10)
	var ids []uint32
	for {
		id, ok := p.put(make([]byte, 100), tag{}, 0)
		if !ok {
			break
		}
		ids = append(ids, id)
	}
	if len(ids) != 64 {
		t.Fatalf("%d short datagrams fit in 128 KiB, want 64", len(ids))
	}
	if _, ok := p.put(make([]byte, 60000), tag{}, 0); ok {
		t.Fatal("a long one fits besides")
	}
	for _, id := range ids {
		p.release(id)
	}
	if _, ok := p.put(make([]byte, 60000), tag{}, 0); !ok || p.held > 128<<10 {
		t.Errorf("no room for a long datagram in an empty pool; it holds %d bytes", p.held)
	}
}

func TestPoolPanicsOnAStrangersNumber(t *testing.T) {
	p := newPool(4, 1<<20)
	id, _ := p.put([]byte("x"), tag{}, 0)
	p.release(id)
	for _, id := range []uint32{id, 1, 1 << 31} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("releasing number %d, which is not in use, did not panic", id)
				}
			}()
			p.release(id)
		}()
	}
}
