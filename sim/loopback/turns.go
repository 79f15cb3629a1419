package loopback

import (
	"time"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/sim/wake"
	"airbridge/units"
)

// maxTurns bounds how many turns of a pump are noted.
const maxTurns = 1 << 16

// turns notes how long the turns of a real pump take of which another is due at once.
type turns struct {
	taken []time.Duration
	began units.Mono
	due   bool
}

// begin is called with every call of a turn.
func (t *turns) begin(now units.Mono) {
	if t.due && now > t.began && len(t.taken) < maxTurns {
		t.taken = append(t.taken, now.Sub(t.began))
	}
	t.due = false
}

// end is called at the end of a turn.
func (t *turns) end(now, deadline units.Mono) { t.began, t.due = now, deadline <= now }

// busy is a modelled host whose turns take time: what is due during one waits for its end. It is what a laboratory's host
// leaves out, which takes all its turns of one instant at that instant.
type busy struct {
	host *host.Host
	late *wake.Model
	done units.Mono // with the last turn
}

// Handle passes an input on.
func (b *busy) Handle(now units.Mono, in machine.Event, out machine.Output) {
	b.host.Handle(now, in, out)
}

// Tick takes a turn.
func (b *busy) Tick(now units.Mono, out machine.Output) {
	b.host.Tick(now, out)
	b.done = now.Add(b.late.Arrival())
}

// Deadline is the host's, once the last turn is done.
func (b *busy) Deadline() units.Mono { return max(b.host.Deadline(), b.done) }
