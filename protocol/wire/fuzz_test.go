package wire

import (
	"reflect"
	"testing"
)

// survives fails if what a parser accepted comes back as something else after a round trip.
func survives[T any](t *testing.T, b []byte, parse func([]byte) (T, error), write func(T) []byte) {
	t.Helper()
	m, err := parse(b)
	if err != nil {
		return
	}
	again, err := parse(write(m))
	if err != nil {
		t.Fatalf("%+v was accepted, its round trip is not: %v", m, err)
	}
	if !reflect.DeepEqual(m, again) {
		t.Fatalf("%+v comes back as %+v", m, again)
	}
}

// with is a parsed prefix and the bytes behind it.
type with[T any] struct {
	Prefix T
	Rest   []byte
}

func rest[T any](parse func([]byte) (T, []byte, error)) func([]byte) (with[T], error) {
	return func(b []byte) (with[T], error) {
		m, behind, err := parse(b)
		return with[T]{m, behind}, err
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(headerSample.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, rest(ParseHeader), func(m with[Header]) []byte { return append(m.Prefix.Append(nil), m.Rest...) })
	})
}

func FuzzShard(f *testing.F) {
	f.Add(append(shardSample.Append(nil), "payload"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, rest(ParseShard), func(m with[Shard]) []byte { return append(m.Prefix.Append(nil), m.Rest...) })
	})
}

func FuzzFrameInfo(f *testing.F) {
	f.Add(append(frameInfoSample.Append(nil), "unit"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, rest(ParseFrameInfo), func(m with[FrameInfo]) []byte { return append(m.Prefix.Append(nil), m.Rest...) })
	})
}

func FuzzTracking(f *testing.F) {
	f.Add(trackingSample.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParseTracking, func(m Tracking) []byte { return m.Append(nil) })
	})
}

func FuzzFeedback(f *testing.F) {
	f.Add(AppendFeedback(nil, []Report{reportSample, reportSample}))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParseFeedback, func(m Feedback) []byte {
			reports := make([]Report, m.Len())
			for i := range reports {
				reports[i] = m.At(i)
			}
			return AppendFeedback(nil, reports)
		})
	})
}

func FuzzControl(f *testing.F) {
	f.Add(controlSample.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParseControl, func(m Control) []byte { return m.Append(nil) })
	})
}

func FuzzMessage(f *testing.F) {
	f.Add(Message{Kind: MessageRefresh, After: 9}.Append(nil))
	f.Add(Message{Kind: MessageBye, Reason: "bye"}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParseMessage, func(m Message) []byte { return m.Append(nil) })
	})
}

func FuzzHello(f *testing.F) {
	f.Add(helloSample.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParseHello, func(m Hello) []byte { return m.Append(nil) })
	})
}

func FuzzWelcome(f *testing.F) {
	f.Add(welcomeSample.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParseWelcome, func(m Welcome) []byte { return m.Append(nil) })
	})
}

func FuzzClock(f *testing.F) {
	f.Add(Ping{Sent: 1}.Append(nil))
	f.Add(Pong{Sent: 1, Received: 2, Returned: 3}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b, ParsePing, func(m Ping) []byte { return m.Append(nil) })
		survives(t, b, ParsePong, func(m Pong) []byte { return m.Append(nil) })
	})
}
