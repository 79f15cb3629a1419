package statistics

import (
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"pgregory.net/rapid"
)

// drawn is a frame that was shown, with stamps in any order on our side: mappings are off, slices overlap.
func drawn(t *rapid.T) (Frame, Offset) {
	o := NewOffset(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "ahead")), 0)
	wrong := units.Mono(rapid.Int64Range(-20e6, 20e6).Draw(t, "wrong"))
	step := func(name string) units.Mono { return units.Mono(rapid.Int64Range(-3e6, 20e6).Draw(t, name)) }
	f := Frame{
		ID: 1, Slot: 1, Outcome: wire.Displayed, Posed: true,
		PoseSampled: units.PeerMono(rapid.Int64Range(0, 1e15).Draw(t, "sampled")),
	}
	at := o.Mono(f.PoseSampled) + wrong
	for _, b := range []*units.Mono{&f.PoseReceived, &f.RenderStart, &f.Rendered, &f.Composited, &f.Encoded, &f.Paced, &f.Sent} {
		at += step("step")
		*b = at
		if rapid.IntRange(0, 9).Draw(t, "unset") == 0 {
			*b = Unset
		}
	}
	f.Report = wire.Report{Frame: 1, Outcome: wire.Displayed, Received: o.Peer(at - wrong + step("network"))}
	since := time.Duration(0)
	for _, d := range []*time.Duration{&f.Report.Recovered, &f.Report.DecodeStart, &f.Report.Decoded, &f.Report.Latched, &f.Report.Displayed} {
		since += time.Duration(rapid.Int64Range(0, 20e6).Draw(t, "client"))
		*d = since
	}
	return f, o
}

func TestStagesOfEveryShownFrameAddUpToMotionToPhoton(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, o := drawn(t)
		if rapid.Bool().Draw(t, "late") {
			f.Outcome, f.Report.ShownLate = wire.Late, true
		}
		motion, ok := f.MotionToPhoton()
		if !ok {
			t.Fatal("a shown frame has no motion-to-photon")
		}
		if motion < 0 {
			t.Skip("lit up before it was sampled")
		}
		if want := f.DisplayedAt().Sub(f.PoseSampled); motion != want {
			t.Fatalf("motion-to-photon %v, want %v by the client's clock", motion, want)
		}
		line := f.Timeline(o)
		var sum time.Duration
		for s := range Stage(StageCount) {
			if line.Stage(s) < 0 {
				t.Fatalf("stage %v lasts %v", s, line.Stage(s))
			}
			sum += line.Stage(s)
		}
		if sum != motion {
			t.Fatalf("stages add up to %v, motion-to-photon is %v", sum, motion)
		}
	})
}

func TestErrorOfTheMappingCancelsBetweenUplinkAndNetwork(t *testing.T) {
	const ms = units.Mono(time.Millisecond)
	f := orderly(1)
	right := f.Timeline(NewOffset(0, 0))
	for _, wrong := range []time.Duration{-1500 * time.Microsecond, 900 * time.Microsecond} {
		off := f.Timeline(NewOffset(wrong, 0))
		for s := range Stage(StageCount) {
			want := right.Stage(s)
			switch s {
			case Uplink:
				want -= wrong
			case Network:
				want += wrong
			}
			if got := off.Stage(s); got != want {
				t.Errorf("off by %v: stage %v = %v, want %v", wrong, s, got, want)
			}
		}
	}
	if got := right[Displayed] - right[Sampled]; got != 45*ms {
		t.Errorf("timeline spans %v, want 45 ms", time.Duration(got))
	}
}

// orderly is a frame that was displayed; both hosts have one clock. Its stages last 2, 1, 5, 1, 6, 1, 4, 3, 1, 1, 5, 4
// and 11 ms.
func orderly(id units.FrameID) Frame {
	const ms = units.Mono(time.Millisecond)
	at := units.Mono(id) * units.Mono(interval)
	return Frame{
		ID: id, Slot: units.SlotID(id), Outcome: wire.Displayed, Bytes: 50_000, Posed: true,
		PoseSampled: units.PeerMono(at), PoseReceived: at + 2*ms, RenderStart: at + 3*ms, Rendered: at + 8*ms,
		Composited: at + 9*ms, Encoded: at + 15*ms, Paced: at + 16*ms, Sent: at + 20*ms, LastSent: at + 21*ms,
		Report: wire.Report{
			Frame: id, Outcome: wire.Displayed, Received: units.PeerMono(at + 23*ms), Recovered: 1e6, DecodeStart: 2e6,
			Decoded: 7e6, Latched: 11e6, Displayed: 22e6, Margin: 4e6,
		},
	}
}

const interval = time.Second / 72

func TestStagesKeepTheirNamesAndLengths(t *testing.T) {
	f := orderly(3)
	line := f.Timeline(NewOffset(0, 0))
	for i, want := range []struct {
		name string
		ms   time.Duration
	}{
		{"uplink", 2},
		{"pose_wait", 1},
		{"render", 5},
		{"composite", 1},
		{"encode", 6},
		{"packetize", 1},
		{"pace", 4},
		{"network", 3},
		{"recover", 1},
		{"decode_wait", 1},
		{"decode", 5},
		{"slot_wait", 4},
		{"scanout", 11},
	} {
		s := Stage(i)
		if s.String() != want.name || line.Stage(s) != want.ms*time.Millisecond {
			t.Errorf("stage %d = %v of %v, want %s of %d ms", i, s, line.Stage(s), want.name, want.ms)
		}
	}
	if got := Stage(13).String(); got != "stage 13" {
		t.Errorf("a stage beyond is called %q", got)
	}
}

func TestReachedFollowsTheOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Frame)
		want   Boundary
	}{
		"displayed":  {func(*Frame) {}, Displayed},
		"late":       {func(f *Frame) { f.Outcome = wire.Late }, Decoded},
		"shown late": {func(f *Frame) { f.Outcome, f.Report.ShownLate = wire.Late, true }, Displayed},
		"replaced":   {func(f *Frame) { f.Outcome = wire.Replaced }, Decoded},
		"replaced before decoding": {func(f *Frame) {
			f.Outcome, f.Report.Decoded = wire.Replaced, f.Report.DecodeStart
		}, Recovered},
		"lost":            {func(f *Frame) { f.Outcome = wire.Lost }, Sent},
		"lost unsent":     {func(f *Frame) { f.Outcome, f.Sent = wire.Lost, Unset }, Encoded},
		"skipped":         {func(f *Frame) { f.Outcome, f.Sent, f.Encoded = wire.Skipped, Unset, Unset }, Composited},
		"skipped at once": {func(f *Frame) { f.Outcome, f.Sent, f.Encoded, f.Composited = wire.Skipped, Unset, Unset, Unset }, Rendered},
	} {
		f := orderly(1)
		c.change(&f)
		if got := f.Reached(); got != c.want {
			t.Errorf("%s reached boundary %d, want %d", name, got, c.want)
		}
		line := f.Timeline(NewOffset(0, 0))
		if line[c.want] != line[Displayed] {
			t.Errorf("%s: boundaries after %d go on", name, c.want)
		}
	}
}
