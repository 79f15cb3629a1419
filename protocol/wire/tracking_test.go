package wire

import (
	"math"
	"testing"

	"airbridge/protocol/pose"
)

var trackingSample = Tracking{
	ID: 12, Slot: 34, Sampled: 1_000_000_007, Display: math.MaxInt64, Pose: tilted,
	Motion: pose.Motion{Linear: pose.Vec{1.5, -2, 0.125}, Angular: pose.Vec{-8, 0, 999}},
}

var trackingTwin = twin[Tracking]{parse: ParseTracking, append: Tracking.Append, size: TrackingSize}

func TestTracking(t *testing.T) {
	still := Tracking{ID: 1, Slot: math.MaxUint32, Sampled: math.MinInt64, Pose: pose.Pose{Orientation: pose.Identity}}
	trackingTwin.roundTrips(t, trackingSample, still)
	trackingTwin.refusesLengths(t, trackingSample)
	trackingTwin.refusesFields(t, trackingSample,
		patch{"no pose number", 0, zero4, nil},
		patch{"no slot", 4, zero4, nil},
		patch{"linear motion not a number", 52, nan, nil},
		patch{"linear motion too fast", 56, tooFast, nil},
		patch{"angular motion infinite", 64, inf, nil},
		patch{"angular motion too fast", 72, tooFast, nil},
	)
	trackingTwin.refusesFields(t, trackingSample, posePatches(24)...)
}

// An orientation is a unit quaternion only as far as 32-bit floats and a tracker's arithmetic go.
func TestTrackingToleratesRoundedOrientations(t *testing.T) {
	s := trackingSample
	s.Pose.Orientation = pose.Quat{0, 0, 0, 1.004}
	if _, err := ParseTracking(s.Append(nil)); err != nil {
		t.Errorf("ParseTracking with a quaternion of length 1.004 = %v, want nil", err)
	}
	s.Pose.Orientation = pose.Quat{0, 0, 0, 1.02}
	if _, err := ParseTracking(s.Append(nil)); err == nil {
		t.Error("ParseTracking with a quaternion of length 1.02 = nil, want an error")
	}
}
