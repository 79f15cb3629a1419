package profile_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
)

// session sends frames down and a pose up through a medium, one slot of a 72 Hz display after the other.
type session struct {
	m     netem.Medium
	slot  int64
	train []netem.Packet
	out   []netem.Packet
}

func newSession(m netem.Medium) *session {
	s := &session{m: m}
	for range 50 {
		s.train = append(s.train, netem.Packet{Size: 1428, DSCP: 34})
	}
	s.train = append(s.train, netem.Packet{Size: 128, Dir: netem.Up, DSCP: 46})
	return s
}

func (s *session) step() {
	now := netem.True(s.slot * int64(time.Second) / 72)
	for at := s.m.Next(); at <= now; at = s.m.Next() {
		s.out = s.m.Deliver(at, s.out[:0])
	}
	s.m.Admit(now, s.train)
	s.slot++
}

// No profile allocates once it runs: an hour of streaming must not be a matter of the garbage collector.
func TestNoAllocations(t *testing.T) {
	for _, p := range profile.List() {
		s := newSession(build(t, p.Spec, 1))
		for range 72 * 60 {
			s.step()
		}
		if n := testing.AllocsPerRun(72*20, s.step); n > 0.02 {
			t.Errorf("%s: %v allocations a frame, want 0", p.Name, n)
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	for _, name := range []string{"perfect", "ethernet", "wifi6-busy", "download", "two-bottlenecks"} {
		b.Run(name, func(b *testing.B) {
			s := newSession(build(b, named(b, name).Spec, 1))
			b.ReportAllocs()
			for range b.N {
				s.step()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/51, "ns/packet")
		})
	}
}
