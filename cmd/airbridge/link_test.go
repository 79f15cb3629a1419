package main

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/protocol/wire"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// disturbed is a link that tells of disturbances and does nothing else.
type disturbed struct {
	netem.Medium
	spans []netem.Span
}

func (d disturbed) Spans(from, to netem.True, into []netem.Span) []netem.Span {
	for _, s := range d.spans {
		if s.From < to && s.To > from {
			into = append(into, s)
		}
	}
	return into
}

// A report counts time from the first frame, a link from its making: what the link did is put where the frames felt it.
func TestChronicleShiftsWhatTheLinkTells(t *testing.T) {
	at := func(d time.Duration) netem.True { return netem.True(d) }
	link := disturbed{spans: []netem.Span{
		{Name: "before", From: 0, To: at(time.Second)},
		{Name: "begun", From: at(time.Second), To: at(3 * time.Second)},
		{Name: "within", From: at(4 * time.Second), To: at(5 * time.Second)},
		{Name: "unended", From: at(11 * time.Second), To: at(20 * time.Second)},
		{Name: "after", From: at(13 * time.Second), To: at(14 * time.Second)},
	}}
	h := newChronicle(time.Second / 72)
	for _, start := range []time.Duration{2 * time.Second, 3 * time.Second} {
		h.frame(&statistics.Frame{RenderStart: units.Mono(start), Outcome: wire.Displayed, Bytes: 1000}, statistics.Offset{})
	}
	run := h.run(&reports.Record{DurationS: 10}, &network{medium: link})
	want := []series.Span{
		{Name: "begun", From: 0, To: time.Second},
		{Name: "within", From: 2 * time.Second, To: 3 * time.Second},
		{Name: "unended", From: 9 * time.Second, To: 10 * time.Second},
	}
	got, _ := run.Series.Spans()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the disturbances (-want +got):\n%s", diff)
	}
}

// A demo in which no frame was ever begun has no time to put anything at.
func TestChronicleOfNothing(t *testing.T) {
	h := newChronicle(time.Second / 72)
	link := disturbed{spans: []netem.Span{{Name: "outage", From: 0, To: netem.True(time.Hour)}}}
	run := h.run(&reports.Record{DurationS: 10}, &network{medium: link})
	if spans, more := run.Series.Spans(); len(spans) != 0 || more != 0 {
		t.Errorf("disturbances of no frames: %v and %d more", spans, more)
	}
}

func TestLinkFlagsOpenANetwork(t *testing.T) {
	for name, want := range map[string]string{"": "loopback", "usb": "usb", inFile(t, "attic.yaml", "both:\n  delay: 3ms\n"): "attic.yaml"} {
		l := linkFlags{Link: name, Seed: 3}
		if err := l.check(); err != nil {
			t.Fatal(err)
		}
		n, err := l.open()
		if err != nil {
			t.Fatal(err)
		}
		if n.name != want || (n.medium == nil) != (name == "") || n.nets[0] == nil || n.nets[1] == nil {
			t.Errorf("--link %q opens %+v, want %s", name, n, want)
		}
		for range 2 { // by the run, and by whoever cleans up
			if err := n.close(); err != nil {
				t.Errorf("--link %q: close = %v", name, err)
			}
		}
	}
}
