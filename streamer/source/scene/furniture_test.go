package scene

import (
	"math"
	"testing"
	"time"

	"airbridge/protocol/pose"

	"github.com/google/go-cmp/cmp"
)

func TestInsideRoom(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name     string
		in, want pose.Vec
	}{
		{"the resting head stays", pose.Vec{}, pose.Vec{}},
		{"through the east wall", pose.Vec{9, 0, 0}, pose.Vec{3.05, 0, 0}},
		{"through the floor", pose.Vec{0, -3, 0}, pose.Vec{0, -1.05, 0}},
		{"far out", pose.Vec{-inf, inf, -inf}, pose.Vec{-3.05, 1.35, -3.55}},
	}
	for _, tt := range tests {
		got := insideRoom(tt.in)
		for i := range got {
			if math.Abs(got[i]-tt.want[i]) > 1e-12 {
				t.Errorf("%s: insideRoom(%v) = %v, want %v", tt.name, tt.in, got, tt.want)
				break
			}
		}
	}
	for i, c := range insideRoom(pose.Vec{nan, nan, nan}) {
		if !(math.Abs(c-roomCentre[i]) <= roomSize[i]/2) {
			t.Errorf("insideRoom of what is no number has component %v", c)
		}
	}
}

// Bodies are drawn from far to near as wholes, which is right only while none goes through another, through a wall or
// over the player's head.
func TestThingsKeepApart(t *testing.T) {
	for seed := range uint64(3) {
		_, things := furnish(palette{}, seed)
		var flying []thing
		for _, th := range things {
			if th.path.swing != (pose.Vec{}) {
				flying = append(flying, th)
			}
		}
		if len(flying) < 5 {
			t.Fatalf("%d things move, want several", len(flying))
		}
		for now := time.Duration(0); now < 10*time.Minute; now += 100 * time.Millisecond {
			for i, a := range flying {
				p, _ := a.path.at(now)
				if p.Norm()-a.radius < 0.3 {
					t.Fatalf("seed %d: thing %d is %.2f m from the head at %v", seed, i, p.Norm()-a.radius, now)
				}
				for axis := range p {
					if math.Abs(p[axis]-roomCentre[axis])+a.radius > roomSize[axis]/2 {
						t.Fatalf("seed %d: thing %d at %v goes through a wall at %v", seed, i, p, now)
					}
				}
				for j, b := range flying[:i] {
					q, _ := b.path.at(now)
					if d := p.Sub(q).Norm() - a.radius - b.radius; d < 0 {
						t.Fatalf("seed %d: things %d and %d overlap by %.2f m at %v", seed, i, j, -d, now)
					}
				}
			}
		}
	}
}

func TestTheSceneFitsItsBounds(t *testing.T) {
	room, things := furnish(palette{}, 1)
	faces := len(room.faces)
	for _, th := range things {
		if len(th.faces) > maxFaces {
			t.Errorf("a thing has %d faces, want at most %d", len(th.faces), maxFaces)
		}
		faces += len(th.faces)
	}
	if len(things) > maxThings || faces > maxSurfaces {
		t.Errorf("%d things with %d faces, want at most %d and %d", len(things), faces, maxThings, maxSurfaces)
	}
}

func TestAPathIsSmoothForHours(t *testing.T) {
	_, things := furnish(palette{}, 1)
	for i, th := range things {
		for _, now := range []time.Duration{0, time.Hour, 100 * time.Hour} {
			p, q := th.path.at(now)
			p2, q2 := th.path.at(now + time.Second/72)
			if d := p2.Sub(p).Norm() * 72; d > 3 {
				t.Errorf("thing %d flies at %.1f m/s at %v", i, d, now)
			}
			if a := pose.Angle(q, q2) * 72; math.Abs(a-th.path.spin.Norm()) > 1e-3 {
				t.Errorf("thing %d spins at %.3f rad/s at %v, want %.3f", i, a, now, th.path.spin.Norm())
			}
		}
	}
}

func TestSolidsAreRegular(t *testing.T) {
	m := new(material)
	tests := []struct {
		name  string
		solid solid
		faces int
		// neighbour is the cosine between the normals of faces that share an edge.
		neighbour float64
	}{
		{"cube", box(pose.Vec{1, 1, 1}, m, 1), 6, 0},
		{"octahedron", octahedron(1, m, 1), 8, 1.0 / 3},
		{"dodecahedron", dodecahedron(1, m, 1), 12, 1 / math.Sqrt(5)},
		{"icosahedron", icosahedron(1, m, 1), 20, math.Sqrt(5) / 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if len(tt.solid.faces) != tt.faces {
				t.Fatalf("%d faces, want %d", len(tt.solid.faces), tt.faces)
			}
			for i, f := range tt.solid.faces {
				closest := -1.0
				for j, g := range tt.solid.faces {
					if i != j {
						closest = max(closest, f.normal.Dot(g.normal))
					}
				}
				if math.Abs(closest-tt.neighbour) > 1e-9 || math.Abs(f.normal.Norm()-1) > 1e-9 {
					t.Errorf("face %d: nearest normal at cosine %v, want %v", i, closest, tt.neighbour)
				}
				// Seen from outside, u runs right, v down and the normal comes towards the eye.
				across := f.u.Cross(f.v)
				if d := across.Scale(1 / across.Norm()).Add(f.normal).Norm(); d > 1e-9 {
					t.Errorf("face %d shows its texture mirrored", i)
				}
			}
		})
	}
}

func TestSignedAndCyclic(t *testing.T) {
	if diff := cmp.Diff([]pose.Vec{{0, 1, 2}, {0, -1, 2}, {0, 1, -2}, {0, -1, -2}}, signed(pose.Vec{0, 1, 2})); diff != "" {
		t.Errorf("signed mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]pose.Vec{{1, 2, 3}, {3, 1, 2}, {2, 3, 1}}, cyclic([]pose.Vec{{1, 2, 3}})); diff != "" {
		t.Errorf("cyclic mismatch (-want +got):\n%s", diff)
	}
}
