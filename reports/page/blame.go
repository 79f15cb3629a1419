package page

import (
	"fmt"
	"time"

	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

const (
	// aftermath is how long after a disturbance frames are still put down to it: what was lost must be asked for again.
	aftermath = 200 * time.Millisecond
	// leastGrowth is how much longer a stage must take to be named.
	leastGrowth = time.Millisecond
	// leastMissed is how many frames must have missed their slot before a stage is named.
	leastMissed = 10
)

// blame says which disturbance the trouble fell into, and, where most of what missed its slot was slow rather than lost,
// which stage took longer then.
func blame(s *series.Series, missed int64, slow number) (text string) {
	if spans, n := worstCause(s); 2*n > missed {
		when := plural(int64(len(spans)), "time")
		if len(spans) == 1 {
			when = fmt.Sprintf("%v–%v s", number(spans[0].From.Seconds()), number(spans[0].To.Seconds()))
		}
		text = fmt.Sprintf(" %s of them fell into “%s” (%s).", grouped(fmt.Sprint(n)), spans[0].Name, when)
	}
	if missed < leastMissed || !slow.known() || 2*slow < number(missed) {
		return text
	}
	stage, grew, share := slowest(s)
	if grew < leastGrowth || share < 0.5 {
		return text
	}
	return text + fmt.Sprintf(" Around them the stage that grew most was %s: by %v ms on average.", stageName(stage), number(float64(grew)/1e6))
}

// worstCause returns the disturbances of one name into which most frames fell that were not displayed, and how many those
// are. Where buckets are wider than what they would be put down to, nothing is.
func worstCause(s *series.Series) (worst []series.Span, most int64) {
	kept, _ := s.Spans()
	spans := distinct(kept)
	of := map[string][]series.Span{}
	for _, sp := range spans {
		of[sp.Name] = append(of[sp.Name], sp)
	}
	for _, sp := range spans { // in their order, which a map has not
		if all := of[sp.Name]; all != nil {
			if n := inside(s, all); n > most {
				worst, most = all, n
			}
			delete(of, sp.Name)
		}
	}
	return worst, most
}

// inside counts the frames that were not displayed around spans: of buckets that lie within them and their aftermath.
func inside(s *series.Series, spans []series.Span) (n int64) {
	for i := range s.Buckets() {
		b := &s.Buckets()[i]
		from, to := time.Duration(i)*s.Width(), time.Duration(i+1)*s.Width()
		for _, sp := range spans {
			if from < sp.To+aftermath && to > sp.From && s.Width() <= sp.To-sp.From+aftermath {
				n += b.Frames() - b.Outcomes[0]
				break
			}
		}
	}
	return n
}

// slowest returns the stage that took longer where frames missed their slot, how much, and its share of all that grew.
func slowest(s *series.Series) (stage statistics.Stage, most time.Duration, share float64) {
	var calm, troubled series.Bucket
	for i := range s.Buckets() {
		if b := &s.Buckets()[i]; b.Frames() > b.Outcomes[0] {
			troubled.Merge(b)
		} else {
			calm.Merge(b)
		}
	}
	if calm.Timed == 0 || troubled.Timed == 0 {
		return 0, 0, 0
	}
	var all time.Duration
	for st := range statistics.StageCount {
		grew := troubled.Stages[st].Sum/time.Duration(troubled.Timed) - calm.Stages[st].Sum/time.Duration(calm.Timed)
		all += max(grew, 0)
		if grew > most {
			stage, most = statistics.Stage(st), grew
		}
	}
	if all == 0 {
		return 0, 0, 0
	}
	return stage, most, float64(most) / float64(all)
}
