package wire

import (
	"testing"
	"time"
)

var frameInfoSample = FrameInfo{
	PoseID: 4711, Slot: 815, Horizon: 41 * time.Millisecond, PollShift: -1500 * time.Microsecond, Reported: 90_000, Pose: tilted,
}

var frameInfoTwin = twin[FrameInfo]{
	parse: func(b []byte) (FrameInfo, error) {
		f, _, err := ParseFrameInfo(b)
		return f, err
	},
	append: func(f FrameInfo, dst []byte) []byte { return f.Append(dst) },
	size:   FrameInfoSize, open: true,
}

func TestFrameInfo(t *testing.T) {
	longest := FrameInfo{Horizon: maxHorizon, PollShift: maxPollShift, Pose: tilted}
	frameInfoTwin.roundTrips(t, frameInfoSample, longest, FrameInfo{PollShift: -maxPollShift, Pose: tilted})
	frameInfoTwin.refusesLengths(t, frameInfoSample)
	frameInfoTwin.refusesFields(t, frameInfoSample,
		patch{"horizon beyond a second", 8, []byte{0x3b, 0x9a, 0xca, 0x01}, nil},
		patch{"poll shift too late", 12, []byte{0x02, 0xfa, 0xf0, 0x81}, nil},
		patch{"poll shift too early", 12, []byte{0xfd, 0x05, 0x0f, 0x7f}, nil},
		patch{"poll shift of the least integer", 12, []byte{0x80, 0, 0, 0}, nil},
	)
	frameInfoTwin.refusesFields(t, frameInfoSample, posePatches(20)...)
}

func TestFrameInfoClampsTimes(t *testing.T) {
	for _, c := range []struct{ given, want FrameInfo }{
		{FrameInfo{Horizon: -1, PollShift: -time.Hour}, FrameInfo{PollShift: -maxPollShift}},
		{FrameInfo{Horizon: time.Hour, PollShift: time.Hour}, FrameInfo{Horizon: maxHorizon, PollShift: maxPollShift}},
	} {
		c.given.Pose = tilted
		got, _, err := ParseFrameInfo(append(c.given.Append(nil), 'u'))
		if err != nil || got.Horizon != c.want.Horizon || got.PollShift != c.want.PollShift {
			t.Errorf("horizon %s and poll shift %s arrive as %s and %s (%v), want %s and %s", c.given.Horizon, c.given.PollShift,
				got.Horizon, got.PollShift, err, c.want.Horizon, c.want.PollShift)
		}
	}
}

func TestParseFrameInfoReturnsTheAccessUnit(t *testing.T) {
	_, unit, err := ParseFrameInfo(append(frameInfoSample.Append(nil), "access unit"...))
	if err != nil || string(unit) != "access unit" {
		t.Errorf("ParseFrameInfo = unit %q, %v, want the bytes behind the prefix", unit, err)
	}
}
