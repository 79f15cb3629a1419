package trace

import (
	"sort"
	"strconv"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/units"
)

// Opportunity is how many bytes one line of a mahimahi trace delivers.
const Opportunity = 1500

// window is the time over which opportunities are averaged where one asks for their rate.
const window = time.Second

// stamp is the opportunities of one millisecond.
type stamp struct {
	at     time.Duration
	count  int64
	before int64 // opportunities of all earlier stamps
}

func parseMahimahi(l *lines) (*Capacity, error) {
	c := &Capacity{}
	for {
		text, err := l.next()
		if err != nil {
			return nil, err
		}
		if text == nil {
			return c, c.endMahimahi(l)
		}
		ms, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil || ms < 0 || ms > MaxLength.Milliseconds() {
			return nil, l.errorf("stamp %s: want a whole number of milliseconds, at most a year", quoted(string(text)))
		}
		if err := c.addStamp(l, time.Duration(ms)*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func (c *Capacity) addStamp(l *lines, at time.Duration) error {
	n := len(c.stamps)
	switch {
	case n == 0:
		c.stamps = append(c.stamps, stamp{at: at, count: 1})
		return nil
	case at < c.stamps[n-1].at:
		return l.errorf("stamp %d: runs backwards", at.Milliseconds())
	case at > c.stamps[n-1].at:
		c.stamps = append(c.stamps, stamp{at, 1, c.stamps[n-1].before + c.stamps[n-1].count})
		return nil
	}
	c.stamps[n-1].count++
	if float64(c.stamps[n-1].count)*Opportunity*8*1000 > MaxRate {
		return l.errorf("stamp %d: above 1 Tbit/s", at.Milliseconds())
	}
	return nil
}

func (c *Capacity) endMahimahi(l *lines) error {
	if len(c.stamps) == 0 {
		return l.whole("empty: want a millisecond stamp a line")
	}
	last := c.stamps[len(c.stamps)-1]
	if last.at == 0 {
		return l.whole("every stamp is 0: want the last to say how long the trace is")
	}
	c.length = last.at
	c.mean = float64(last.before+last.count) * Opportunity * 8 / c.length.Seconds()
	return nil
}

// Pulses plays the opportunities of a mahimahi trace as mahimahi does: the last stamp is the length, and each round is
// counted from there. It is not safe for concurrent use.
type Pulses struct {
	// Once ends the opportunities with the trace instead of beginning again.
	Once bool

	capacity *Capacity
	at       int
}

var _ bottleneck.Schedule = (*Pulses)(nil)

// First returns the first opportunity at or after t and its bytes.
func (p *Pulses) First(t netem.True) (netem.True, int64) {
	c := p.capacity
	length := netem.True(c.length)
	// A round holds what comes after its start up to and with its end: the first has its start besides.
	round := max(t-1, 0) / length
	if p.Once && round > 0 {
		return netem.Never, Opportunity
	}
	start := round * length
	p.seek(max(t, 0).Sub(start))
	s := c.stamps[p.at]
	count := s.count
	if s.at == c.length && c.stamps[0].at == 0 && !p.Once {
		count += c.stamps[0].count // the next round's first
	}
	return start.Add(s.at), count * Opportunity
}

// seek moves the cursor to the first stamp at or after phase, which is at most the last one's.
func (p *Pulses) seek(phase time.Duration) {
	stamps := p.capacity.stamps
	for range 2 {
		if stamps[p.at].at >= phase {
			if p.at == 0 || stamps[p.at-1].at < phase {
				return
			}
			break
		}
		p.at++ // the last stamp is at or after every phase, so there is a next one
	}
	if stamps[p.at].at < phase || p.at > 0 && stamps[p.at-1].at >= phase {
		p.at = sort.Search(len(stamps), func(i int) bool { return stamps[i].at >= phase })
	}
}

// Rate returns what the opportunities of the second around t carry on average, the mean of the trace where there are
// none.
func (p *Pulses) Rate(t netem.True) units.Bitrate {
	c := p.capacity
	from := max(t.Add(-window/2), 0)
	count := p.until(from.Add(window)) - p.until(from)
	if count == 0 {
		return c.Mean()
	}
	return bits(float64(count) * Opportunity * 8 / window.Seconds())
}

// until counts the opportunities before t.
func (p *Pulses) until(t netem.True) int64 {
	stamps := p.capacity.stamps
	last := stamps[len(stamps)-1]
	length := netem.True(p.capacity.length)
	if p.Once && t > length {
		return last.before + last.count
	}
	round := t / length
	phase := t.Sub(round * length)
	i := sort.Search(len(stamps), func(i int) bool { return stamps[i].at >= phase })
	count := int64(round) * (last.before + last.count)
	if phase > 0 || round == 0 {
		return count + stamps[i].before
	}
	return count - last.count // the last of the round before is at t itself
}
