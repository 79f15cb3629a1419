package transport

import (
	"testing"
	"time"

	"airbridge/units"
)

// TestWallStepsNeverReachTheCore proves that arrivals stay between the last empty read and now, in order, whatever the
// wall clock does between arrival and read.
func TestWallStepsNeverReachTheCore(t *testing.T) {
	const epoch, hour = int64(1_700_000_000e9), int64(3600e9)
	for _, c := range []struct {
		name       string
		wall, skew int64
		now, want  units.Mono
	}{
		{"a true stamp", epoch + 1500, epoch, 2000, 1500},
		{"no stamp", 0, epoch, 2000, 2000},
		{"the wall clock stepped back an hour since", epoch + 1500, epoch - hour, 2000, 2000},
		{"the wall clock stepped on an hour since", epoch + 1500, epoch + hour, 2000, 1000},
		{"older than the last empty read", epoch + 10, epoch, 2000, 1000},
	} {
		s := stamps{}
		s.empty(1000)
		if got := s.at(c.wall, c.skew, c.now); got != c.want {
			t.Errorf("%s: at = %d, want %d", c.name, got, c.want)
		}
	}
	var s stamps
	s.at(epoch+900, epoch, 1000)
	if got := s.at(epoch+800, epoch, 1000); got != 900 {
		t.Errorf("a stamp before its predecessor = %d, want 900: arrivals are in order", got)
	}
}

func TestClock(t *testing.T) {
	c := NewClock()
	a := c.Now()
	m, wall := c.both()
	if b := c.Now(); a < 0 || m < a || b < m {
		t.Errorf("instants %d, %d, %d run backwards", a, m, b)
	}
	if got := c.Time(m).UnixNano(); time.Duration(got-wall).Abs() > time.Minute {
		t.Errorf("Time(%d) is %v from the wall clock", m, time.Duration(got-wall))
	}
	if !c.Time(units.Never).IsZero() {
		t.Error("Time(Never) is a deadline, want none")
	}
}
