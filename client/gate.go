package client

import (
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	askAgainMin = 100 * time.Millisecond
	askAgainMax = time.Second
	// gateMemory is how many frames back a reference may lie, the range of wire.Shard.Ref.
	gateMemory = 256
)

// gate lets only frames pass whose reference was decoded, so that nothing broken is ever shown; and asks for an IDR,
// once, when the chain is broken, again with back-off while none comes.
type gate struct {
	passed  [gateMemory]units.FrameID // frames that went to the decoder and did not fail, by number
	last    units.FrameID             // the last frame that passed
	broken  bool                      // the chain is broken until an IDR passes
	ask     units.Mono                // when to ask for an IDR, units.Never while there is no need
	backOff time.Duration
	oldest  units.FrameID // the oldest frame heard of, where the session begins
	newest  units.FrameID // the newest frame heard of
	suspect units.Mono    // when a frame without its reference proves the chain broken
}

// hear notes that something of frame id arrived.
func (g *gate) hear(id units.FrameID) {
	g.newest = max(g.newest, id)
	if g.oldest == 0 || id < g.oldest {
		g.oldest = id
	}
}

// open says that frame id with this reference distance can be decoded.
func (g *gate) open(id units.FrameID, ref uint8) bool {
	if ref == 0 {
		return true
	}
	if units.FrameID(ref) >= id {
		return false // there is no such frame
	}
	want := id - units.FrameID(ref)
	return g.passed[want%gateMemory] == want
}

// pass notes that a frame went to the decoder.
func (g *gate) pass(id units.FrameID, ref uint8) {
	g.passed[id%gateMemory] = id
	g.last = id
	if ref == 0 {
		g.broken, g.ask, g.backOff = false, units.Never, 0
	}
}

// fail notes that a frame is no reference after all.
func (g *gate) fail(id units.FrameID) {
	if g.passed[id%gateMemory] == id {
		g.passed[id%gateMemory] = 0
	}
}

// breakChain notes that no frame can be decoded until an IDR comes; asked at once, and only once.
func (g *gate) breakChain(now units.Mono) {
	if !g.broken {
		g.broken, g.ask, g.backOff = true, now, askAgainMin
	}
}

// deadline is when to ask for an IDR, or to find that one is needed.
func (g *gate) deadline() units.Mono {
	if g.broken {
		return g.ask
	}
	return g.suspect
}

// askDue asks for an IDR where it is time to.
func (c *Core) askDue(now units.Mono, out machine.Output) {
	g := &c.gate
	if !g.broken || now < g.ask || c.phase != streaming {
		return
	}
	c.queue(wire.Message{Kind: wire.MessageRefresh, After: g.newest})
	c.stats.Refreshes++
	g.ask = now.Add(g.backOff)
	g.backOff = min(2*g.backOff, askAgainMax)
	c.tickControl(now, out)
}
