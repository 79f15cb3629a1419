package sim_test

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/delay"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/sim"
	"airbridge/sim/encoder"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// text is a run as a file has it.
func text(t *testing.T, r *reports.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// between fails the test where a field is not known or out of bounds.
func between(t *testing.T, name string, v *float64, low, high float64) {
	t.Helper()
	if v == nil || !(*v >= low && *v <= high) {
		shown := math.NaN()
		if v != nil {
			shown = *v
		}
		t.Errorf("%s is %g, want %g to %g", name, shown, low, high)
	}
}

func TestRecordOfAKnownLink(t *testing.T) {
	s := sim.Scenario{
		Name: "known", LinkName: "cable", Seed: 7, Duration: 10 * time.Second,
		Link:     func(uint64) (netem.Medium, error) { return wire(50 * units.Mbps), nil },
		Sessions: []sim.Session{{Bitrate: 20 * units.Mbps, Recovery: "fec:20"}},
	}
	l, runs := run(t, s, sim.Options{})
	whole(t, runs)
	r := &runs[0]
	between(t, "capacity_mbps", r.Network.CapacityMbps, 50, 50)
	between(t, "goodput_mbps", r.Network.GoodputMbps, 18, 22)
	between(t, "utilisation", r.Network.Utilisation, 18./50, 22./50)
	between(t, "parity_ratio", r.Recovery.ParityRatio, 0.2, 0.3) // rounded up in each block
	between(t, "duration_s", &r.DurationS, 10, 10.001)
	// A burst of the pacer is at most 64 datagrams of 1400 bytes: 15 ms of this link, and nothing else is in the queue.
	if q := r.Network.Queue; q == nil || q.P50 < 0 || q.P99 <= q.P50 || q.P99 > 16 {
		t.Errorf("queue %+v ms, want what a burst waits for itself", r.Network.Queue)
	}
	if *r.Network.PacketsLost != 0 || *r.Network.RecoveredFEC != 0 {
		t.Errorf("%d lost, %d recovered of nothing lost", *r.Network.PacketsLost, *r.Network.RecoveredFEC)
	}
	sent, c := uint64(*r.Network.PacketsSent), l.Counts()
	if sent >= c.Sent[netem.Down] || sent < c.Sent[netem.Down]*9/10 {
		t.Errorf("%d packets of video, %d of all kinds to the client", sent, c.Sent[netem.Down])
	}
	if *r.Seed != 7 || r.Version != "test" || *r.Link != "cable" || *r.TraceHash != hex(l.TraceHash()) || r.WallS != nil {
		t.Errorf("seed %d, version %s, link %s, hash %s, wall %v", *r.Seed, r.Version, *r.Link, *r.TraceHash, r.WallS)
	}
	if err := l.Pairs[0].Results().Frames.Check(); err != nil {
		t.Error(err)
	}
	if read, err := reports.ParseRun([]byte(text(t, r))); err != nil || read.Scenario != "known" {
		t.Errorf("the record cannot be read back: %v", err)
	}
}

// TestUtilisationIsOfWhatTheEncoderCouldUse streams over a gigabit, and over a link without a limit.
func TestUtilisationIsOfWhatTheEncoderCouldUse(t *testing.T) {
	free := func(uint64) (netem.Medium, error) {
		return delay.New(delay.Config{Propagation: time.Millisecond}, nil), nil
	}
	gigabit := func(uint64) (netem.Medium, error) { return wire(units.Gbps), nil }
	for _, c := range []struct {
		name     string
		link     func(uint64) (netem.Medium, error)
		most     units.Bitrate
		capacity bool
		want     float64
	}{
		{"gigabit", gigabit, 0, true, 40. / 400},
		{"gigabit, small encoder", gigabit, 50 * units.Mbps, true, 40. / 50},
		{"no limit", free, 0, false, math.NaN()},
	} {
		_, runs := run(t, sim.Scenario{Name: c.name, Duration: 5 * time.Second, Link: c.link, Sessions: []sim.Session{{
			Bitrate: 40 * units.Mbps, Encoder: encoder.Config{MaxBitrate: c.most},
		}}}, sim.Options{})
		whole(t, runs)
		n := &runs[0].Network
		if (n.CapacityMbps != nil) != c.capacity {
			t.Errorf("%s: capacity %v", c.name, n.CapacityMbps)
		}
		if math.IsNaN(c.want) {
			if n.Utilisation != nil {
				t.Errorf("%s: utilisation %g of a link that cannot tell", c.name, *n.Utilisation)
			}
			continue
		}
		between(t, c.name+": utilisation", n.Utilisation, 0.9*c.want, 1.1*c.want)
	}
}

// TestLossesAndRepairs compares what the record says with what the tap saw.
func TestLossesAndRepairs(t *testing.T) {
	s := named(t, "lossy", sim.Session{Bitrate: 20 * units.Mbps, Recovery: "fec:20"})
	l, runs := run(t, s, sim.Options{Series: true})
	whole(t, runs)
	r, fates := &runs[0], l.Counts().Fates[netem.Down]
	lost, all := *r.Network.PacketsLost, int64(0)
	for f := netem.Overflow; f < netem.Fates; f++ {
		all += int64(fates[f])
	}
	if lost == 0 || lost > all || lost < all*9/10 {
		t.Errorf("%d packets of video lost, %d of all kinds", lost, all)
	}
	recovered := *r.Network.RecoveredFEC
	if recovered == 0 || recovered > lost {
		t.Errorf("%d recovered of %d lost", recovered, lost)
	}
	sums := [series.CounterCount]int64{}
	for _, b := range r.Series.Buckets() {
		for c := range sums {
			sums[c] += b.Counters[c]
		}
	}
	res := l.Pairs[0].Results()
	want := [series.CounterCount]int64{
		series.BytesSent: sums[series.BytesSent], series.BytesDelivered: sums[series.BytesDelivered],
		series.PacketsSent: int64(res.Sent.Datagrams), series.PacketsLost: lost, series.RecoveredFEC: recovered,
		series.ParitySent: int64(res.Sent.Parity),
	}
	if diff := cmp.Diff(want, sums); diff != "" {
		t.Errorf("counters of the series (-want +got):\n%s", diff)
	}
	if overhead := sums[series.BytesSent] - int64(res.Sent.Bytes); overhead != int64(netem.Overhead*res.Sent.Datagrams) {
		t.Errorf("%d bytes more on the link than sent, want %d a datagram", overhead, netem.Overhead)
	}
	if d := sums[series.BytesDelivered]; d == 0 || d > int64(res.Encoded.Bytes) {
		t.Errorf("%d bytes delivered of %d encoded", d, res.Encoded.Bytes)
	}
}

func TestDisturbancesAndTargetsAreInTheSeries(t *testing.T) {
	s := named(t, "outage", sim.Session{Bitrate: 20 * units.Mbps})
	s.Duration = 30 * time.Second
	l, runs := run(t, s, sim.Options{Series: true})
	r := &runs[0]
	spans, _ := r.Series.Spans()
	if len(spans) == 0 || spans[0].Name != "outage" || spans[0].To > s.Duration {
		t.Errorf("disturbances %v, want the outage", spans)
	}
	again, _ := l.Runs("test")[0].Series.Spans()
	if diff := cmp.Diff(spans, again); diff != "" {
		t.Errorf("asked again (-first +second):\n%s", diff)
	}
	for _, g := range []series.Gauge{
		series.Target, series.Capacity, series.QueueDelay, series.LatencyTarget, series.LatencySlack, series.ClockOffset, series.ClockUncertainty,
	} {
		if !r.Series.KnowsGauge(g) {
			t.Errorf("the series knows nothing of %s", g)
		}
	}
	if err := l.Pairs[0].Results().Frames.Check(); err != nil {
		t.Error(err)
	}
}

// deaf is a link that cannot tell its state.
type deaf struct{ netem.Medium }

func TestTargetsAreKnownWhereTheLinkIsNot(t *testing.T) {
	link := func(uint64) (netem.Medium, error) { return deaf{wire(units.Gbps)}, nil }
	_, runs := run(t, sim.Scenario{Name: "deaf", Duration: 2 * time.Second, Link: link}, sim.Options{Series: true})
	whole(t, runs)
	r := &runs[0]
	if !r.Series.KnowsGauge(series.Target) || !r.Series.KnowsGauge(series.LatencyTarget) || r.Series.KnowsGauge(series.QueueDelay) {
		t.Error("want what the controllers aim at, and nothing of the queue")
	}
	if r.Network.CapacityMbps != nil || r.Network.Utilisation != nil {
		t.Errorf("capacity %v, utilisation %v of a link that cannot tell", r.Network.CapacityMbps, r.Network.Utilisation)
	}
}

// TestClockErrorStaysWithinTheStatedUncertainty asks for it frame by frame, on links of every kind and with clocks that are
// up to 100 ppm apart and wander.
func TestClockErrorStaysWithinTheStatedUncertainty(t *testing.T) {
	for _, link := range []string{"perfect", "usb", "wifi6-busy", "jittery", "heavy-tail", "asymmetric-uplink", "bufferbloat"} {
		for _, ppm := range []float64{-50, 0, 50} {
			s := named(t, link, sim.Session{Bitrate: 10 * units.Mbps})
			s.Duration = 20 * time.Second
			s.Sessions[0].Streamer.Clock, s.Sessions[0].Client.Clock = sim.Drifting(3*time.Second, ppm), sim.Drifting(time.Hour, -ppm)
			_, runs := run(t, s, sim.Options{Series: true})
			whole(t, runs)
			samples := int64(0)
			for i, b := range runs[0].Series.Buckets() {
				samples += b.Gauges[series.ClockError].Count
				e, u := b.Gauges[series.ClockError], b.Gauges[series.ClockUncertainty]
				if e.Count > 0 && max(-e.Min, e.Max) > u.Max {
					t.Errorf("%s, %g ppm, bucket %d: error %d to %d ns, uncertainty %d", link, ppm, i, e.Min, e.Max, u.Max)
				}
			}
			if samples < 1000 {
				t.Errorf("%s, %g ppm: %d samples", link, ppm, samples)
			}
		}
	}
}

// TestDriftCostsNothing compares clocks that are right with such that drift, for two minutes: drift alone moves the phase of
// the display by 12 ms against that of the PC, most of a slot.
func TestDriftCostsNothing(t *testing.T) {
	missed := map[float64]int64{}
	for _, ppm := range []float64{0, -50, 50} {
		s := named(t, "ethernet", sim.Session{Bitrate: 10 * units.Mbps})
		s.Duration = 2 * time.Minute
		s.Sessions[0].Streamer.Clock, s.Sessions[0].Client.Clock = sim.Drifting(0, ppm), sim.Drifting(time.Minute, -ppm)
		_, runs := run(t, s, sim.Options{})
		whole(t, runs)
		missed[ppm] = *runs[0].Frames.MissedSlots
	}
	t.Log("missed slots by drift in ppm:", missed)
	// A few hitches of the game are missed in every run, and which ones is chance.
	if most := missed[0] + 8; missed[-50] > most || missed[50] > most {
		t.Errorf("missed slots by drift in ppm: %v", missed)
	}
}

func TestECNIsCarriedAndMarkedPacketsArrive(t *testing.T) {
	// 90 Mbit/s through 100 Mbit/s with FEC is too much: the queue has to say so, by marks or by drops.
	lost := map[uint8]int64{}
	for _, ecn := range []uint8{netem.NotECT, netem.ECT1} {
		s := named(t, "l4s", sim.Session{Bitrate: 85 * units.Mbps, ECN: ecn})
		tap := &marks{}
		_, runs := run(t, s, sim.Options{Tap: tap})
		if tap.before[ecn] == 0 || len(tap.before) != 1 {
			t.Errorf("sent with ECN fields %v, want all with %d", tap.before, ecn)
		}
		if (tap.after[netem.CE] > 0) != (ecn == netem.ECT1) {
			t.Errorf("%d marked of packets sent with %d", tap.after[netem.CE], ecn)
		}
		lost[ecn] = *runs[0].Network.PacketsLost
	}
	if lost[netem.ECT1] > lost[netem.NotECT] {
		t.Errorf("lost with marks %d, without %d", lost[netem.ECT1], lost[netem.NotECT])
	}
}

func TestVersionIsTheOnlyThingARecordTakesFromOutside(t *testing.T) {
	s := named(t, "wifi5-far", sim.Session{Bitrate: 20 * units.Mbps})
	_, first := run(t, s, sim.Options{Series: true})
	_, second := run(t, s, sim.Options{Series: true})
	if a, b := text(t, &first[0]), text(t, &second[0]); a != b {
		t.Error("two runs of one scenario are not equal to the byte")
	}
	if a, b := text(t, &first[0]), strings.Replace(text(t, &second[0]), `"version":"test"`, `"version":"other"`, 1); a == b {
		t.Error("the record does not carry the version")
	}
}
