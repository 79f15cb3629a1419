package relay

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// A tag never names anybody but the client it was made for, and no two clients share a flow.
func TestTagsAreNeverMistaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := newTable(3)
		tags := make(map[tag]netip.AddrPort)
		known := make(map[netip.AddrPort]uint16)
		for range 100 {
			addr := netip.AddrPortFrom(alice.Addr(), rapid.Uint16Range(1, 6).Draw(t, "port"))
			flow, found := table.find(addr)
			if want, ok := known[addr]; ok != found || ok && want != flow {
				t.Fatalf("find(%v) = %d, %v, want %d, %v", addr, flow, found, want, ok)
			}
			if found {
				table.forget(flow)
				delete(known, addr)
			} else if flow, ok := table.add(addr); ok {
				known[addr] = flow
				g := table.tag(flow)
				if owner, taken := tags[g]; taken {
					t.Fatalf("tag %v of %v was %v's", g, addr, owner)
				}
				tags[g] = addr
			} else if len(known) != 3 {
				t.Fatalf("no room with %d clients of 3", len(known))
			}
			for g, owner := range tags {
				_, here := known[owner]
				if c := table.of(g); c != nil && (c.addr != owner || !here) {
					t.Fatalf("tag %v of %v names %v", g, owner, c.addr)
				}
			}
			if table.known() != len(known) {
				t.Fatalf("%d known, want %d", table.known(), len(known))
			}
		}
	})
}
