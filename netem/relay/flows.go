package relay

import (
	"net/netip"
	"time"

	"airbridge/netem"
)

// tag names a client for as long as it is known: its flow number goes to the next client afterwards, the turn does not.
type tag struct {
	flow uint16
	turn uint32
}

// client is one entry of the table.
type client struct {
	addr  netip.AddrPort
	turn  uint32
	known bool
	last  netem.True // when a datagram of it, or for it, was seen last
}

// table knows the clients by address and by flow number. A bounded number are known at once.
type table struct {
	flows  []client
	byAddr map[netip.AddrPort]uint16
}

func newTable(limit int) *table {
	return &table{flows: make([]client, limit), byAddr: make(map[netip.AddrPort]uint16, limit)}
}

// find returns the flow of a client that is known.
func (t *table) find(addr netip.AddrPort) (flow uint16, known bool) {
	flow, known = t.byAddr[addr]
	return flow, known
}

// add gives a client the lowest free flow number; false where all are taken.
func (t *table) add(addr netip.AddrPort) (flow uint16, ok bool) {
	for i := range t.flows {
		if c := &t.flows[i]; !c.known {
			c.addr, c.known = addr, true
			c.turn++
			t.byAddr[addr] = uint16(i)
			return uint16(i), true
		}
	}
	return 0, false
}

// forget frees a flow number.
func (t *table) forget(flow uint16) {
	c := &t.flows[flow]
	delete(t.byAddr, c.addr)
	c.known = false
}

// tag returns the tag of a flow.
func (t *table) tag(flow uint16) tag { return tag{flow, t.flows[flow].turn} }

// of returns the client of a tag, nil where it was forgotten.
func (t *table) of(g tag) *client {
	c := &t.flows[g.flow]
	if !c.known || c.turn != g.turn {
		return nil
	}
	return c
}

// idle returns whether a flow's client is known and was silent for patience.
func (t *table) idle(flow uint16, now netem.True, patience time.Duration) bool {
	c := &t.flows[flow]
	return c.known && now.Sub(c.last) >= patience
}

// known returns how many clients there are.
func (t *table) known() int { return len(t.byAddr) }
