package queue

import "airbridge/netem"

// turns is a list of flows that take turns.
type turns struct {
	first, last *flow
}

func (t *turns) add(f *flow) {
	f.next = nil
	if t.first == nil {
		t.first = f
	} else {
		t.last.next = f
	}
	t.last = f
}

// drop forgets the first flow, which must exist.
func (t *turns) drop() { t.first = t.first.next }

// store holds the packets of many flows, so that memory is bounded by all of them together.
type store struct {
	nodes []node
	free  int32 // the first unused node
	used  int
}

// node is a packet with the number of the one after it.
type node struct {
	entry
	next int32
}

// none is no node.
const none = -1

// put takes a node for a packet and returns its number.
func (s *store) put(p *netem.Packet, now netem.True) int32 {
	s.used++
	i := s.free
	if i == none {
		i = int32(len(s.nodes))
		s.nodes = append(s.nodes, node{})
	} else {
		s.free = s.nodes[i].next
	}
	n := &s.nodes[i]
	n.p, n.at, n.next = *p, now, none
	return i
}

// push puts a packet at the end of the flow.
func (f *flow) push(p *netem.Packet, now netem.True) {
	i := f.store.put(p, now)
	if f.count == 0 {
		f.first = i
	} else {
		f.store.nodes[f.last].next = i
	}
	f.last = i
	f.count++
	f.bytes += int64(p.Size)
}

// take removes the flow's first packet and returns it where it lies until something is put into the store; nil where
// there is none.
func (f *flow) take() *entry {
	if f.count == 0 {
		return nil
	}
	i := f.first
	n := &f.store.nodes[i]
	f.first = n.next
	f.count--
	f.bytes -= int64(n.p.Size)
	n.next = f.store.free
	f.store.free = i
	f.store.used--
	return &n.entry
}

func (f *flow) size() int64 { return f.bytes }
