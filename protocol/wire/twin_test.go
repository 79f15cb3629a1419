package wire

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/pose"
)

// patch spoils one field of a message.
type patch struct {
	field string
	at    int
	with  []byte
	want  error
}

// twin checks a parser against its appender.
type twin[T any] struct {
	parse  func([]byte) (T, error)
	append func(T, []byte) []byte
	// size is the length of the message, or of its shortest form where open is set.
	size int
	open bool
}

func (w twin[T]) roundTrips(t *testing.T, messages ...T) {
	t.Helper()
	for _, want := range messages {
		b := w.append(want, []byte("before"))
		if !bytes.HasPrefix(b, []byte("before")) {
			t.Fatalf("Append(%+v) overwrites what stood before", want)
		}
		b = b[len("before"):]
		if !w.open && len(b) != w.size {
			t.Errorf("Append(%+v) makes %d bytes, want %d", want, len(b), w.size)
		}
		got, err := w.parse(b)
		if err != nil {
			t.Errorf("parse(Append(%+v)) = %v", want, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parse(Append(m)) differs from m (-want +got):\n%s", diff)
		}
	}
}

// refusesLengths feeds every truncated prefix, and one byte too many where the length is fixed.
func (w twin[T]) refusesLengths(t *testing.T, sample T) {
	t.Helper()
	b := w.append(sample, nil)
	for n := range w.size {
		if _, err := w.parse(b[:n:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("parse of the first %d of %d bytes = %v, want ErrTruncated", n, len(b), err)
		}
	}
	if w.open {
		return
	}
	if _, err := w.parse(append(b, 0)); !errors.Is(err, ErrTruncated) {
		t.Errorf("parse of a byte too many = %v, want ErrTruncated", err)
	}
}

func (w twin[T]) refusesFields(t *testing.T, sample T, patches ...patch) {
	t.Helper()
	for _, p := range patches {
		b := w.append(sample, nil)
		copy(b[p.at:], p.with)
		want := p.want
		if want == nil {
			want = ErrField
		}
		if got, err := w.parse(b); !errors.Is(err, want) {
			t.Errorf("%s: parse = %+v, %v, want %v", p.field, got, err, want)
		}
	}
}

var (
	zero4 = []byte{0, 0, 0, 0}
	nan   = []byte{0x7f, 0xc0, 0, 0}
	inf   = []byte{0x7f, 0x80, 0, 0}
	// Floats just beyond what a head can do: 10,240 and 1,024.
	farAway = []byte{0x46, 0x20, 0, 0}
	tooFast = []byte{0x44, 0x80, 0, 0}
)

// tilted is a pose that 32-bit floats hold exactly.
var tilted = pose.Pose{Position: pose.Vec{0.25, 1.625, -3.5}, Orientation: pose.Quat{0.5, -0.5, 0.5, 0.5}}

// posePatches spoil a pose that stands at offset at.
func posePatches(at int) []patch {
	return []patch{
		{"position not a number", at + 4, nan, nil},
		{"position infinite", at, inf, nil},
		{"position far away", at + 8, farAway, nil},
		{"orientation not a number", at + 24, nan, nil},
		{"orientation of length zero", at + 12, make([]byte, 16), nil},
		{"orientation too long", at + 12, []byte{0x3f, 0x80, 0, 0}, nil},
	}
}

func TestParsersDoNotAllocate(t *testing.T) {
	datagram := shardSample.Append(headerSample.Append(nil))
	datagram = append(datagram, "payload"...)
	feedback := AppendFeedback(nil, []Report{reportSample, reportSample})
	control := controlSample.Append(nil)
	tracking := trackingSample.Append(nil)
	for name, parse := range map[string]func(){
		"shard": func() {
			_, body, _ := ParseHeader(datagram)
			if _, _, err := ParseShard(body); err != nil {
				t.Error(err)
			}
		},
		"feedback": func() {
			f, err := ParseFeedback(feedback)
			if err != nil || f.At(1).Frame != reportSample.Frame {
				t.Error("feedback does not parse")
			}
		},
		"control":  func() { _, _ = ParseControl(control) },
		"tracking": func() { _, _ = ParseTracking(tracking) },
	} {
		if n := testing.AllocsPerRun(100, parse); n != 0 {
			t.Errorf("parsing a %s allocates %v times, want 0", name, n)
		}
	}
}
