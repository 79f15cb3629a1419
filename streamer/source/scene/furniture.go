package scene

import (
	"math"
	"math/rand/v2"
	"time"

	"airbridge/protocol/pose"
)

// The room in metres around a seated head's resting place, which is 1.2 m above the floor.
var (
	roomCentre = pose.Vec{0, 0.15, -0.5}
	roomSize   = pose.Vec{6.4, 2.7, 6.4}
)

// headroom is how close an eye comes to a wall at most, in metres.
const headroom = 0.15

// lampDirection points to the lamp from everywhere, as if it were far away.
var lampDirection = pose.Vec{0.36, 0.80, 0.48}

// insideRoom returns the point of the room that is nearest to p.
func insideRoom(p pose.Vec) pose.Vec {
	for i := range p {
		reach := roomSize[i]/2 - headroom
		if !(math.Abs(p[i]-roomCentre[i]) <= reach) { // what is not a number is far out
			p[i] = roomCentre[i] + math.Copysign(reach, p[i])
		}
	}
	return p
}

// thing is a solid somewhere in the room.
type thing struct {
	solid
	path path
	// behind is added to its distance when things are put in order: what hangs on a wall is behind what flies.
	behind float64
}

// path is how a thing moves: swinging about a centre and spinning about an axis.
type path struct {
	centre, swing, phase pose.Vec
	// rate is the angular frequency of the swing and spin the angular velocity, in radians per second.
	rate, spin pose.Vec
}

// at returns where the thing is and how it is turned.
func (p *path) at(now time.Duration) (centre pose.Vec, turn pose.Quat) {
	t := now.Seconds()
	centre = p.centre
	for i := range centre {
		if p.swing[i] != 0 {
			centre[i] += p.swing[i] * math.Sin(math.Mod(p.rate[i]*t, 2*math.Pi)+p.phase[i])
		}
	}
	rate := p.spin.Norm()
	return centre, pose.FromAxisAngle(p.spin, math.Mod(rate*t, 2*math.Pi))
}

// furnish builds the room and what is in it.
func furnish(m palette, seed uint64) (room solid, things []thing) {
	things = append(furniture(m), toys(m, rand.New(rand.NewPCG(seed, 0x7061_7468_73)))...) // "paths"
	return walls(m), things
}

func walls(m palette) solid {
	s := box(roomSize, m.plaster, 1/1.6)
	for i := range s.faces {
		f := &s.faces[i]
		// The box is around the origin, the room around roomCentre.
		f.distance += f.normal.Dot(roomCentre)
		f.glow = 0.92
		switch {
		case f.normal[1] > 0:
			f.material, f.glow = m.ceiling, 0.86
		case f.normal[1] < 0:
			f.material, f.glow = m.planks, 0.95
		case f.normal[2] < 0:
			f.material, f.glow = m.brick, 1.0
		case f.normal[0] > 0:
			f.material, f.glow = m.paper, 0.84
		}
	}
	return s
}

func furniture(m palette) []thing {
	floor := roomCentre[1] - roomSize[1]/2
	north, west, east := roomCentre[2]-roomSize[2]/2, -roomSize[0]/2, roomSize[0]/2
	still := func(s solid, centre pose.Vec, behind float64) thing {
		return thing{solid: s, path: path{centre: centre}, behind: behind}
	}
	const shelfHeight, shelfDepth = 1.9, 0.4
	window := box(pose.Vec{0.06, 1.3, 1.7}, m.outdoors, 1)
	painting := box(pose.Vec{1.5, 1.0, 0.05}, m.canvas, 1)
	for i := range window.faces {
		window.faces[i].u = window.faces[i].u.Scale(1 / 1.7)
		window.faces[i].v = window.faces[i].v.Scale(1 / 1.3)
		window.faces[i].glow = 1.05
		painting.faces[i].u = painting.faces[i].u.Scale(1 / 1.5)
	}
	rug := box(pose.Vec{2.4, 0.02, 2.4}, m.rug, 1/2.4)
	return []thing{
		still(rug, pose.Vec{0, floor + 0.01, -1.6}, 20),
		still(painting, pose.Vec{0.2, 0.35, north + 0.03}, 20),
		still(window, pose.Vec{east - 0.03, 0.3, -1.3}, 20),
		still(box(pose.Vec{shelfDepth, shelfHeight, 2.0}, m.books, 1/1.0),
			pose.Vec{west + shelfDepth/2, floor + shelfHeight/2, -1.5}, 10),
		still(box(pose.Vec{0.4, roomSize[1] - 0.01, 0.4}, m.plaster, 1/1.6),
			pose.Vec{2.6, roomCentre[1], north + 0.6}, 5),
		still(box(pose.Vec{0.14, 0.66, 0.14}, m.crate, 2), pose.Vec{0, floor + 0.35, -1.7}, 0),
		still(box(pose.Vec{1.5, 0.05, 0.8}, m.planks, 1/1.2), pose.Vec{0, floor + 0.705, -1.7}, 0),
		still(box(pose.Vec{0.5, 0.5, 0.5}, m.crate, 2), pose.Vec{-1.9, floor + 0.25, -2.9}, 0),
	}
}

// toys are the things that move, each in a region of its own so that none goes through another.
func toys(m palette, rng *rand.Rand) []thing {
	fly := func(s solid, centre, swing pose.Vec, pace float64) thing {
		p := path{centre: centre, swing: swing}
		for i := range p.rate {
			p.rate[i] = pace * (0.8 + 0.4*rng.Float64())
			p.phase[i] = 2 * math.Pi * rng.Float64()
			p.spin[i] = 2.4 * (rng.Float64() - 0.5)
		}
		return thing{solid: s, path: p}
	}
	return []thing{
		fly(box(pose.Vec{0.34, 0.34, 0.34}, m.toy, 1/0.34), pose.Vec{0, -0.08, -1.7}, pose.Vec{0.3, 0.08, 0.1}, 1.1),
		fly(icosahedron(0.22, m.marble, 1.6), pose.Vec{-1.3, 0.4, -2.2}, pose.Vec{0.45, 0.3, 0.3}, 0.9),
		fly(octahedron(0.16, m.toy, 2), pose.Vec{1.3, 0.45, -2.15}, pose.Vec{0.4, 0.3, 0.35}, 1.3),
		fly(dodecahedron(0.20, m.canvas, 1.2), pose.Vec{1.9, -0.2, -0.9}, pose.Vec{0.3, 0.4, 0.35}, 0.8),
		fly(box(pose.Vec{0.3, 0.3, 0.3}, m.crate, 1/0.3), pose.Vec{-2.0, 0.2, -0.2}, pose.Vec{0.3, 0.5, 0.4}, 0.7),
		fly(icosahedron(0.18, m.toy, 2), pose.Vec{0.1, 1.0, -3.15}, pose.Vec{1.6, 0.15, 0.1}, 0.8),
		fly(octahedron(0.2, m.marble, 2), pose.Vec{0.5, 0.1, 1.5}, pose.Vec{0.9, 0.4, 0.3}, 1.0),
	}
}
