package sim

import (
	"errors"
	"fmt"
)

// Check returns what the cores of a session did that no core may, whatever the link did; nil where there is nothing. It
// holds at any time of a run: books that do not balance, a picture or a frame that was given back twice, shown after it was
// given back, or decoded without what it refers to, bytes that are not those that were encoded (with full payload only);
// and once the session is over, a picture or a frame that was never given back.
func (p *Pair) Check() error {
	var faults []error
	fault := func(n int, what string) {
		if n > 0 {
			faults = append(faults, fmt.Errorf("%d %s", n, what))
		}
	}
	if r := p.Results(); r != nil {
		faults = append(faults, r.Frames.Check())
	}
	d, w := p.decoder.Statistics(), p.display.Statistics()
	fault(int(d.Corrupt), "frames were decoded that are not what was encoded")
	fault(int(d.Orphans), "frames were decoded without what they refer to")
	fault(int(d.Reordered), "frames were decoded after a newer one")
	fault(int(d.Unknown), "pictures were given back that nobody had")
	fault(int(w.Stale), "pictures were shown that had been given back")
	fault(int(w.Reordered), "pictures were shown after a newer one")
	if p.over() && p.settled {
		fault(len(p.decoder.Leaked()), "pictures were never given back")
		fault(p.game.Out(), "rendered frames were never given back")
	}
	return errors.Join(faults...)
}
