package wire

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var controlSample = Control{Seq: 3, Ack: 9, Message: []byte{byte(MessageRefresh), 0, 0, 1, 2}}

var controlTwin = twin[Control]{parse: ParseControl, append: Control.Append, size: ControlSize, open: true}

func TestControl(t *testing.T) {
	controlTwin.roundTrips(t, controlSample,
		Control{Seq: math.MaxUint32, Message: bytes.Repeat([]byte{1}, MaxControl)},
		Control{Ack: math.MaxUint32, Message: []byte{}},
	)
	controlTwin.refusesLengths(t, controlSample)
	controlTwin.refusesFields(t, controlSample, patch{"message without a number", 0, zero4, nil})
	for name, c := range map[string]Control{
		"number without a message": {Seq: 1},
		"message too long":         {Seq: 1, Message: make([]byte, MaxControl+1)},
	} {
		if _, err := ParseControl(c.Append(nil)); err != ErrField {
			t.Errorf("%s: ParseControl = %v, want ErrField", name, err)
		}
	}
}

var messageTwin = twin[Message]{parse: ParseMessage, append: Message.Append, size: 5}

func TestRefresh(t *testing.T) {
	sample := Message{Kind: MessageRefresh, After: 0x01020304}
	messageTwin.roundTrips(t, sample, Message{Kind: MessageRefresh}, Message{Kind: MessageRefresh, After: math.MaxUint32})
	messageTwin.refusesLengths(t, sample)
	messageTwin.refusesFields(t, sample,
		patch{"no kind", 0, []byte{0}, ErrKind},
		patch{"unknown kind", 0, []byte{3}, ErrKind},
	)
}

func TestBye(t *testing.T) {
	bye := messageTwin
	bye.open = true
	bye.roundTrips(t, Message{Kind: MessageBye}, Message{Kind: MessageBye, Reason: "the headset was taken off – über"},
		Message{Kind: MessageBye, Reason: strings.Repeat("x", MaxReason)})
	for name, b := range map[string][]byte{
		"reason too long":  append([]byte{byte(MessageBye)}, bytes.Repeat([]byte{'x'}, MaxReason+1)...),
		"reason not UTF-8": {byte(MessageBye), 0xff, 'x'},
	} {
		if m, err := ParseMessage(b); err != ErrField {
			t.Errorf("%s: ParseMessage = %+v, %v, want ErrField", name, m, err)
		}
	}
}

// Whatever reason somebody gives for leaving, the peer must be able to read that they left.
func TestByeMendsItsReason(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{"cut \xff here", "cut � here"},
		{strings.Repeat("ü", MaxReason), strings.Repeat("ü", MaxReason/2)},
		{strings.Repeat("\xff\x20", MaxReason), strings.Repeat("� ", MaxReason/4) + "�"},
	} {
		m, err := ParseMessage(Message{Kind: MessageBye, Reason: c.given}.Append(nil))
		if err != nil || !utf8.ValidString(m.Reason) {
			t.Errorf("reason %.20q: ParseMessage = %v", c.given, err)
		}
		if diff := cmp.Diff(c.want, m.Reason); diff != "" {
			t.Errorf("reason %.20q arrives changed (-want +got):\n%s", c.given, diff)
		}
	}
}
