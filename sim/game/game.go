package game

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/streamer"
	"airbridge/units"
)

// ErrPool ends a Scene all of whose frames are out.
var ErrPool = errors.New("all frames are in use")

// obeyed are the requests that a Game obeys.
var obeyed = []machine.Kind{streamer.KindBegin, streamer.KindTrack, streamer.KindAdvice, streamer.KindRelease, streamer.KindHalt}

// turnaround is how long after its frame was heard of the source starts the next at the earliest: another goroutine has to
// run. It must be above zero, since at one instant the start of a frame is heard before the end of the one before it.
const turnaround = time.Microsecond

// defaultPeriod holds until streamer.Begin tells another.
const defaultPeriod = time.Second / 72

// stage is what the source is doing.
type stage uint8

const (
	idle    stage = iota // it waits for a reason to draw
	waiting              // for the instant at which the next frame starts
	drawing              // until the frame is done
	handing              // the frame over, until that was heard
	over                 // no more frames will come
)

// Game is a source of frames on a streamer's host: a host.Device. It is not safe for concurrent use; its host owns it.
type Game struct {
	cfg     Config
	period  time.Duration
	work    work
	running bool
	advice  streamer.Advice
	advised bool // the advice was not followed yet
	pose    pose.Pose

	stage   stage
	at      units.Mono // when the stage ends, where time ends it
	clocked bool       // vsync is set
	vsync   units.Mono // that after the next start of Vsync; the next frame of Video
	last    units.FrameID
	eye     pose.Pose // of the frame at hand
	lent    machine.Handle
	out     []machine.Handle

	heard   units.Mono // when Take was called last
	pending []event    // by time; the first told of them were told at heard
	told    int
}

// event is something to tell.
type event struct {
	due     units.Mono
	kind    machine.Kind
	start   streamer.RenderStarted
	frame   streamer.Rendered
	sourced streamer.SourceEnded
}

// New returns a source that waits for streamer.Begin. The configuration must be valid.
func New(cfg Config) *Game {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("game: %v", err))
	}
	cfg = cfg.withDefaults()
	g := &Game{cfg: cfg, period: cfg.Period, work: newWork(cfg.Render, cfg.Seed, cfg.Name), heard: -1}
	if g.period == 0 {
		g.period = defaultPeriod
	}
	g.pose.Orientation = pose.Identity // until the first pose comes
	g.out = make([]machine.Handle, 0, cfg.Pool)
	return g
}

// Kinds are streamer.Begin, Track, Advice, Release and Halt.
func (g *Game) Kinds() []machine.Kind { return obeyed }

// Out returns how many frames are out.
func (g *Game) Out() int { return len(g.out) }

// Do obeys a request.
func (g *Game) Do(now units.Mono, request machine.Event) {
	// What started before now did so from the pose of then.
	g.advance(now - 1)
	switch r := request.(type) {
	case *streamer.Begin:
		g.running, g.advised = true, false
		if g.cfg.Period == 0 && r.Period > 0 {
			g.period = r.Period
		}
	case *streamer.Halt:
		g.running, g.advised = false, false
	case *streamer.Track:
		g.pose = r.Pose
	case *streamer.Advice:
		g.advice, g.advised = *r, true
	case *streamer.Release:
		g.release(r.Handle)
	}
	if g.stage == idle {
		g.plan(now)
	}
}

// release takes a frame back. A second release is a defect of the core.
func (g *Game) release(h machine.Handle) {
	i := slices.Index(g.out, h)
	if i < 0 {
		panic(fmt.Sprintf("game: handle %d is not out", h))
	}
	g.out = slices.Delete(g.out, i, i+1)
}

// Next returns when something starts or is done.
func (g *Game) Next() units.Mono {
	if g.told < len(g.pending) {
		return g.pending[g.told].due
	}
	if g.stage == waiting || g.stage == drawing {
		return g.at
	}
	return units.Never
}

// Take returns the next event due.
func (g *Game) Take(now units.Mono) machine.Event {
	if now != g.heard {
		g.pending, g.told, g.heard = append(g.pending[:0], g.pending[g.told:]...), 0, now
	}
	g.advance(now)
	if g.told == len(g.pending) || g.pending[g.told].due > now {
		return nil
	}
	e := &g.pending[g.told]
	g.told++
	switch e.kind {
	case streamer.KindRenderStarted:
		return &e.start
	case streamer.KindSourceEnded:
		return &e.sourced
	}
	if g.stage == handing {
		g.plan(now.Add(turnaround))
	}
	return &e.frame
}

// advance does all that time does up to now.
func (g *Game) advance(now units.Mono) {
	for (g.stage == waiting || g.stage == drawing) && g.at <= now {
		if g.stage == waiting {
			g.begin(g.at)
		} else {
			g.finish(g.at)
		}
	}
}

// plan decides when the next frame starts.
func (g *Game) plan(now units.Mono) {
	switch {
	case g.cfg.Frames > 0 && int(g.last) >= g.cfg.Frames && g.running:
		g.end(now, nil)
	case !g.running, g.cfg.Kind == Scene && !g.advised:
		g.stage = idle
	case g.cfg.Kind == Scene:
		g.advised = false
		g.stage, g.at = waiting, max(g.advice.StartAt, now)
	case g.cfg.Kind == Vsync:
		g.stage, g.at = waiting, g.nextVsync(now)
	default:
		g.eye = g.pose // it is asked for a frame now, and has it later
		g.stage, g.at = waiting, g.nextFrame(now)
	}
}

// begin starts a frame at an instant.
func (g *Game) begin(at units.Mono) {
	if len(g.out) == g.cfg.Pool {
		g.starve(at)
		return
	}
	g.last++
	g.pending = append(g.pending, event{due: at, kind: streamer.KindRenderStarted, start: streamer.RenderStarted{Frame: g.last, At: at}})
	if g.cfg.Kind == Video {
		g.finish(at)
		return
	}
	g.eye = g.pose
	took := g.work.next(g.period)
	g.stage, g.at = drawing, at.Add(took)
	if g.cfg.Kind == Vsync {
		g.at = g.overrun(g.at)
	}
}

// starve is what happens where no frame is free.
func (g *Game) starve(at units.Mono) {
	if g.cfg.Kind == Scene {
		g.last++ // it was told to start before it found none
		g.pending = append(g.pending, event{due: at, kind: streamer.KindRenderStarted, start: streamer.RenderStarted{Frame: g.last, At: at}})
		g.end(at, fmt.Errorf("frame %d: %w", g.last, ErrPool))
		return
	}
	g.vsync = g.vsync.Add(g.interval())
	g.at = g.at.Add(g.interval())
}

// finish hands a frame over.
func (g *Game) finish(at units.Mono) {
	g.lent++
	g.out = append(g.out, g.lent)
	g.pending = append(g.pending, event{
		due: at, kind: streamer.KindRendered,
		frame: streamer.Rendered{Frame: g.last, At: at, Pose: g.eye, Handle: g.lent},
	})
	g.stage = handing
}

func (g *Game) end(at units.Mono, err error) {
	g.stage = over
	g.pending = append(g.pending, event{due: at, kind: streamer.KindSourceEnded, sourced: streamer.SourceEnded{Err: err}})
}
