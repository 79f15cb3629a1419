package reports

import (
	"errors"
	"fmt"
	"math"
)

// contradiction returns all that cannot be of a run.
func (r *Record) contradiction() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(!(r.DurationS >= 0) || math.IsInf(r.DurationS, 0), "duration_s is %v", r.DurationS)
	if m := r.MissedPerHour; m != nil {
		fault(m.Low < 0 || !(m.Low <= m.Value && m.Value <= m.High), "missed_per_hour %v is outside %v to %v", m.Value, m.Low, m.High)
	}
	if d := r.Latency.MotionToPhoton; d != nil {
		fault(!(d.P50 <= d.P90 && d.P90 <= d.P99 && d.P99 <= d.P999 && d.P999 <= d.Max), "the quantiles of motion_to_photon fall: %+v", *d)
	}
	fault(r.FPS != nil && !(*r.FPS > 0), "fps is %v", value(r.FPS))
	fault(r.Width != nil && *r.Width < 1, "width is %v", value(r.Width))
	fault(r.Height != nil && *r.Height < 1, "height is %v", value(r.Height))
	n := &r.Network
	fault(n.PacketsSent != nil && n.PacketsLost != nil && *n.PacketsLost > *n.PacketsSent,
		"packets_lost is %v of packets_sent %v", value(n.PacketsLost), value(n.PacketsSent))
	faults = append(faults, r.negatives()...)
	faults = append(faults, r.Frames.outcomes())
	return errors.Join(faults...)
}

// negatives returns a fault for every count and ratio below zero.
func (r *Record) negatives() (faults []error) {
	f, n, c := &r.Frames, &r.Network, &r.Recovery
	for _, v := range []struct {
		name string
		n    *int64
	}{
		{"rendered", f.Rendered},
		{"displayed", f.Displayed},
		{"replaced", f.Replaced},
		{"late", f.Late},
		{"lost", f.Lost},
		{"skipped", f.Skipped},
		{"missed_slots", f.MissedSlots},
		{"shown_late", f.ShownLate},
		{"packets_sent", n.PacketsSent},
		{"packets_lost", n.PacketsLost},
		{"recovered_fec", n.RecoveredFEC},
		{"recovered_rtx", n.RecoveredRTX},
		{"idr", c.IDR},
		{"nack", c.NACK},
		{"freezes", c.Freezes},
		{"marker_errors", r.Picture.MarkerErrors},
	} {
		if v.n != nil && *v.n < 0 {
			faults = append(faults, fmt.Errorf("%s is %d", v.name, *v.n))
		}
	}
	for _, v := range []struct {
		name string
		x    *float64
	}{
		{"wall_s", r.WallS},
		{"slowed_s", r.SlowedS},
		{"capacity_mbps", n.CapacityMbps},
		{"goodput_mbps", n.GoodputMbps},
		{"utilisation", n.Utilisation},
		{"parity_ratio", c.ParityRatio},
		{"longest_freeze_ms", c.LongestFreezeMS},
		{"clock_uncertainty", r.Latency.ClockUncertainty},
	} {
		if v.x != nil && *v.x < 0 {
			faults = append(faults, fmt.Errorf("%s is %v", v.name, *v.x))
		}
	}
	return faults
}

// outcomes checks that every frame has one.
func (f *Frames) outcomes() error {
	var sum int64
	for _, n := range []*int64{f.Displayed, f.Replaced, f.Late, f.Lost, f.Skipped} {
		if n == nil || f.Rendered == nil {
			return nil
		}
		sum += *n
	}
	if sum != *f.Rendered {
		return fmt.Errorf("%d frames rendered, %d outcomes", *f.Rendered, sum)
	}
	return nil
}

// value is what a pointer points to, for a message.
func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
