package streamer

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// chaos is a world in which everything happens at any time: a source that tells of frames in and out of order, an encoder
// that answers, fails, or answers long after it was asked, and a client that says anything.
type chaos struct {
	*rig
	rng   *rand.Rand
	frame units.FrameID // the source's last

	inside  []Encode         // asked of the encoder and not answered
	slice   int              // the next of the first job inside
	over    []Encode         // of sessions that are over: answered late
	begun   map[string]int64 // what happened how often, so that the test can tell that it tests
	control uint32
	gone    bool // the client says nothing
}

func newChaos(t *testing.T, seed uint64) *chaos {
	c := &chaos{rng: rand.New(rand.NewPCG(seed, 2)), begun: map[string]int64{}}
	c.rig = newRig(t, nil)
	c.fresh()
	return c
}

// fresh begins with a new core, whose source and encoder are the old ones.
func (c *chaos) fresh() {
	n := c.rng.Uint64()
	c.core = New(Config{
		Width: 320, Height: 192, Posed: c.rng.IntN(2) == 0, MaxFrame: 30_000, Patience: 400 * time.Millisecond,
		Duration: time.Duration(c.rng.IntN(4)) * time.Second,
		Nonce:    func() uint64 { n++; return n },
	})
}

// obey does what the core asked for since the last call.
func (c *chaos) obey() {
	for _, e := range c.asked {
		switch e := e.(type) {
		case *Begin:
			c.begun["session"]++
		case *Encode:
			c.promise(*e)
		case *Ended:
			c.closeBooks(e)
		}
	}
	c.forget()
}

// promise takes a frame for the encoder. Its handle may have been released since, at the session's end alone.
func (c *chaos) promise(e Encode) {
	if len(c.inside) > 0 {
		c.t.Fatalf("frame %d was given to an encoder that has frame %d", e.Frame, c.inside[0].Frame)
	}
	c.inside, c.slice = append(c.inside, e), 0
	c.begun["encode"]++
}

func (c *chaos) closeBooks(e *Ended) {
	c.over = append(c.over, c.inside...)
	c.inside, c.gone = nil, false
	if len(c.held) != 0 {
		c.t.Fatalf("handles %v are kept after the end of session %x", c.held, e.Session)
	}
	if e.Session == 0 {
		return
	}
	c.begun["end"]++
	res := c.core.Results()
	if err := errors.Join(res.Frames.Check(), c.core.history.Check()); err != nil {
		c.t.Fatal(err)
	}
	if rendered, delivered := c.core.history.Count(); rendered != delivered || delivered != res.Frames.Rendered {
		c.t.Fatalf("%d frames rendered, %d handed over, %d in the books", rendered, delivered, res.Frames.Rendered)
	}
	c.begun["frames"] += res.Frames.Rendered
	c.begun["displayed"] += res.Frames.Displayed
	c.begun["lost"] += res.Frames.Lost
	c.begun["skipped"] += res.Frames.Skipped
	c.begun["underway"] += int64(res.Underway)
	c.begun["unsendable"] += int64(res.Unsendable)
}

// step lets one thing happen.
func (c *chaos) step() {
	switch n := c.rng.IntN(1000); {
	case n < 200:
		c.draw()
	case n < 220 && c.frame > 5: // once more, or long ago
		c.handle(&RenderStarted{Frame: c.frame - units.FrameID(c.rng.IntN(5)), At: c.now})
	case n < 240 && c.frame > 5:
		c.rendered(c.frame-units.FrameID(c.rng.IntN(5)), turned(0))
	case n < 640:
		c.encode()
	case n < 660:
		c.encodeLate()
	case n < 860 && !c.gone:
		c.datagram()
	case n < 862:
		c.gone = true // until the session ends
	case n < 863:
		c.run(time.Duration(c.rng.IntN(1000)) * time.Millisecond)
	case n < 864:
		c.handle(&Stop{Reason: "enough"})
	case n < 865 && c.rng.IntN(3) == 0:
		c.handle(&SourceEnded{Err: errors.New("gone")})
	default:
		c.run(time.Duration(c.rng.IntN(int(testPeriod))))
	}
	c.settle()
	c.obey()
	if c.core.Done() {
		c.fresh()
	}
}

// draw begins a frame and, mostly, finishes it.
func (c *chaos) draw() {
	c.frame++
	c.handle(&RenderStarted{Frame: c.frame, At: c.now})
	c.run(time.Duration(c.rng.IntN(int(testPeriod / 4))))
	if c.rng.IntN(5) > 0 {
		c.rendered(c.frame, turned(0))
	}
}

// encode answers for the frame inside: with a slice, its last slice, or a failure.
func (c *chaos) encode() {
	if len(c.inside) == 0 {
		return
	}
	job := c.inside[0]
	if c.rng.IntN(12) == 0 {
		c.inside = nil
		c.handle(&EncoderFailed{Frame: job.Frame, Err: errors.New("injected")})
		return
	}
	e := &SliceEncoded{Frame: job.Frame, Slice: c.slice, Last: c.slice == 3, IDR: job.IDR, Bytes: make([]byte, c.rng.IntN(8000))}
	if c.slice++; e.Last {
		c.inside = nil
	}
	c.handle(e)
}

// encodeLate answers for a frame of a session that is over, or one that never was inside.
func (c *chaos) encodeLate() {
	f := units.FrameID(c.rng.IntN(5))
	if n := len(c.over); n > 0 {
		f, c.over = c.over[0].Frame, c.over[1:]
	}
	if len(c.inside) > 0 && c.inside[0].Frame == f {
		return
	}
	if c.rng.IntN(2) == 0 {
		c.handle(&EncoderFailed{Frame: f, Err: errors.New("late")})
		return
	}
	c.handle(&SliceEncoded{Frame: f, Last: true, Bytes: make([]byte, 100)})
}

// datagram lets a client, or somebody else, say something.
func (c *chaos) datagram() {
	switch c.rng.IntN(8) {
	case 0:
		from := headset
		if c.rng.IntN(4) == 0 {
			from = stranger
		}
		for _, w := range c.hello(from, hello(c.rng.Uint64N(3))) {
			if w.Verdict == wire.Accepted && w.Session != c.session {
				c.session, c.number, c.pose, c.control = w.Session, 0, 0, 0
			}
		}
	case 1, 2, 3:
		c.track(units.SlotID(1+c.rng.IntN(1000)), turned(c.rng.Float64()))
	case 4, 5:
		c.feedback()
	case 6:
		c.message()
	case 7:
		garbage := make([]byte, c.rng.IntN(200))
		for i := range garbage {
			garbage[i] = byte(c.rng.Uint32())
		}
		c.say(wire.Kind(c.rng.IntN(10)), garbage)
		c.arrive(headset, garbage)
	}
}

// feedback reports about frames that were sent, and about frames that were not.
func (c *chaos) feedback() {
	var reports []wire.Report
	for range 1 + c.rng.IntN(5) {
		reports = append(reports, wire.Report{
			Frame:   max(c.frame, 10) - units.FrameID(c.rng.IntN(9)),
			Outcome: wire.Displayed + wire.Outcome(c.rng.IntN(4)), Margin: time.Duration(c.rng.IntN(40)-10) * time.Millisecond,
		})
	}
	c.report(reports...)
}

func (c *chaos) message() {
	c.control++
	m := wire.Message{Kind: wire.MessageRefresh, After: c.frame - min(c.frame, units.FrameID(c.rng.IntN(9)))}
	if c.rng.IntN(30) == 0 {
		m = wire.Message{Kind: wire.MessageBye, Reason: "enough"}
	}
	d := wire.Control{Seq: c.control - min(c.control-1, uint32(c.rng.IntN(2))), Ack: uint32(c.rng.IntN(3)), Message: m.Append(nil)}
	c.say(wire.KindControl, d.Append(nil))
}

// TestLedger proves over a long random walk, of many sessions on several cores, that every handle is released exactly
// once, that the encoder has one frame at a time, and that every frame has exactly one outcome.
func TestLedger(t *testing.T) {
	steps := 150_000
	if testing.Short() {
		steps = 20_000
	}
	c := newChaos(t, 1)
	for range steps {
		c.step()
		if t.Failed() {
			break
		}
	}
	t.Logf("%d handles, %v", c.lent, c.begun)
	for what, least := range map[string]int64{
		"session": 100, "end": 100, "frames": 5000, "displayed": 200, "lost": 500, "skipped": 500, "underway": 100, "unsendable": 20,
	} {
		if c.begun[what]*150_000 < least*int64(steps) {
			t.Errorf("%q happened %d times in %d steps: the test does not test it", what, c.begun[what], steps)
		}
	}
	if c.lent < machine.Handle(steps/10) {
		t.Errorf("%d handles in %d steps", c.lent, steps)
	}
}

// TestSameInputsSameOutputs runs the same walk twice and compares the traces: the core draws on nothing but its inputs.
func TestSameInputsSameOutputs(t *testing.T) {
	sum := func() (h machine.Hash) {
		c := newChaos(t, 2)
		for range 5000 {
			c.step()
			h.Word(uint64(c.now))
			h.Word(uint64(c.core.Deadline()))
			h.Word(c.core.link.Sent())
			h.Word(uint64(len(c.held)))
		}
		return h
	}
	if a, b := sum(), sum(); a != b {
		t.Errorf("two runs of one seed differ: %v and %v", a, b)
	}
}
