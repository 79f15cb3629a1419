package streamer

import (
	"testing"

	"airbridge/protocol/link"
	"airbridge/protocol/wire"

	"github.com/google/go-cmp/cmp"
)

func TestDatagramsOfOthersAreCountedAndDropped(t *testing.T) {
	r := newRig(t, nil)
	track := func(number uint64) []byte {
		body := wire.Tracking{ID: 9, Slot: 9, Pose: turned(0)}.Append(nil)
		return append(wire.Header{Kind: wire.KindTracking, Session: r.session, Number: number}.Append(nil), body...)
	}
	r.arrive(headset, track(1))
	r.open()
	r.arrive(stranger, track(50))
	r.arrive(headset, track(50))
	r.arrive(headset, track(50))
	r.arrive(headset, []byte("not a datagram of ours"))
	later := track(51)
	later[0] = wire.Version + 1
	r.arrive(headset, later)
	r.number = 60
	r.say(wire.KindWelcome, nil)
	r.say(wire.KindTracking, []byte("short"))
	r.say(wire.KindFeedback, nil)
	r.say(wire.KindControl, nil)
	r.say(wire.KindPong, nil)
	want := link.Refused{Stranger: 1, Malformed: 4, Version: 2, Replayed: 1, Unexpected: 2}
	if diff := cmp.Diff(want, r.core.Refused()); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}
