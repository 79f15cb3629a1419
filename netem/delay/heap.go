package delay

import "airbridge/netem"

// heap orders packets by the instant at which they are there, and those of one instant by when they were sent. It keeps
// its memory. The zero value is empty.
type heap struct {
	items []numbered
	sent  uint64
}

type numbered struct {
	parcel
	seq uint64
}

func (a *numbered) before(b *numbered) bool { return a.at < b.at || a.at == b.at && a.seq < b.seq }

func (h *heap) push(p parcel) {
	h.sent++
	h.items = append(h.items, numbered{p, h.sent})
	item, i := h.items[len(h.items)-1], len(h.items)-1
	for i > 0 {
		above := (i - 1) / 2
		if !item.before(&h.items[above]) {
			break
		}
		h.items[i] = h.items[above]
		i = above
	}
	h.items[i] = item
}

// pop takes the first packet, which must exist.
func (h *heap) pop() netem.Packet {
	first, last := h.items[0].p, h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	if n := len(h.items); n > 0 {
		i := 0
		for {
			below := 2*i + 1
			if below >= n {
				break
			}
			if below+1 < n && h.items[below+1].before(&h.items[below]) {
				below++
			}
			if !h.items[below].before(&last) {
				break
			}
			h.items[i] = h.items[below]
			i = below
		}
		h.items[i] = last
	}
	return first
}
