package statistics

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/units"
)

// perSecond counts what was encoded in every whole second since the first frame. The second under way is not counted.
type perSecond struct {
	start   units.Mono
	started bool
	second  int64
	bytes   units.ByteCount
}

// add counts n bytes at an instant, and the seconds that were completed by then.
func (p *perSecond) add(at units.Mono, n units.ByteCount, into *quantile.Histogram[units.Bitrate]) {
	p.advance(at, into)
	p.bytes += n
}

func (p *perSecond) advance(at units.Mono, into *quantile.Histogram[units.Bitrate]) {
	if !p.started {
		p.start, p.started = at, true
	}
	second := int64(at.Sub(p.start) / time.Second)
	if second <= p.second {
		return
	}
	into.Record(units.Bitrate(p.bytes) * 8)
	into.RecordN(0, second-p.second-1)
	p.second, p.bytes = second, 0
}
