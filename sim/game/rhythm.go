package game

import (
	"time"

	"airbridge/streamer"
	"airbridge/units"
)

// nextVsync returns when the next frame of a game that is free at now starts: Running before the first vsync that is not
// over, or at once where that is past already. A vsync is over Running after its instant: the frame that it handed over
// has to be heard of before the next starts. vsync becomes the first that can find the frame done in time.
func (g *Game) nextVsync(now units.Mono) units.Mono {
	if !g.clocked {
		g.clocked, g.vsync = true, now.Add(g.cfg.Running)
	}
	if behind := now.Sub(g.vsync) - g.cfg.Running; behind > 0 {
		g.vsync = g.vsync.Add((behind + g.period - 1) / g.period * g.period)
	}
	g.vsync = g.vsync.Add(g.slew())
	start := max(g.vsync.Add(-g.cfg.Running), now)
	g.vsync = g.vsync.Add(g.period)
	return start
}

// slew returns by how much the vsync follows the newest advice.
func (g *Game) slew() time.Duration {
	if g.advice == (streamer.Advice{}) {
		return 0
	}
	most := g.cfg.SlewMax
	if g.advice.SlewMax > 0 {
		most = min(most, g.advice.SlewMax)
	}
	off := g.advice.StartAt.Sub(g.vsync.Add(-g.cfg.Running)) % g.period
	switch {
	case off > g.period/2:
		off -= g.period
	case off < -g.period/2:
		off += g.period
	}
	return min(max(off, -most), most)
}

// overrun returns when a frame that is done at an instant is handed over: at once where it made its vsync, else at the
// first that finds it done. The game is free again when it is done.
func (g *Game) overrun(done units.Mono) units.Mono {
	late := done.Sub(g.vsync)
	if late <= 0 {
		return done
	}
	g.vsync = g.vsync.Add((late + g.period - 1) / g.period * g.period)
	return g.vsync
}

// maxLag is how far a film catches up, as that of the streamer's source does: what is further behind was paused, as nobody
// watched, and goes on from there.
const maxLag = 500 * time.Millisecond

// nextFrame returns when the next frame of a clock of its own comes, not before now.
func (g *Game) nextFrame(now units.Mono) units.Mono {
	if g.clocked {
		g.vsync = g.vsync.Add(g.interval())
	} else {
		g.clocked, g.vsync = true, now
	}
	if now.Sub(g.vsync) > maxLag {
		g.vsync = now
	}
	return max(g.vsync, now)
}

// interval is the time between frames by the source's own clock.
func (g *Game) interval() time.Duration {
	if g.cfg.Kind == Video {
		return time.Duration(float64(g.period) / (1 + g.cfg.PPM*1e-6))
	}
	return g.period
}
