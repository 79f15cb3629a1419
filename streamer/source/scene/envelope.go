package scene

import "math"

// line is a linear function of the column: what becomes of a surface's nearness on one row.
type line struct{ slope, base float64 }

func (l linear) onRow(y int) line { return line{slope: l.x, base: l.y*float64(y) + l.c} }

// inner sets the lines of a body seen from inside. A ray leaves it through the nearest of the planes ahead: the one
// of greatest nearness.
func inner(surfaces []surface, lines *[maxFaces]line, y int) {
	for i := range surfaces {
		lines[i] = surfaces[i].nearness.onRow(y)
	}
}

// outer sets the lines of the front faces of a body seen from outside, and returns the columns between x0 and x1 where
// a ray hits it. A ray enters where it has passed the last of the front planes, the one of least nearness, provided
// that it has not left through a plane at the back before. The lines are negated, so that least becomes greatest.
func outer(fronts, backs []surface, lines *[maxFaces]line, y, x0, x1 int) (int, int) {
	lo, hi := float64(x0), float64(x1-1)
	for i := range fronts {
		f := fronts[i].nearness.onRow(y)
		// In front of the eye at all; the far end of the room is nearer than 100 m.
		if lo, hi = clip(lo, hi, f.slope, f.base-0.01); lo > hi {
			return 0, 0
		}
		lines[i] = line{-f.slope, -f.base}
	}
	for j := range backs {
		l := backs[j].nearness.onRow(y)
		for i := range fronts {
			if lo, hi = clip(lo, hi, -lines[i].slope-l.slope, -lines[i].base-l.base); lo > hi {
				return 0, 0
			}
		}
	}
	return int(math.Ceil(lo)), int(math.Floor(hi)) + 1
}

// clip narrows lo … hi to where slope*x + base is not negative; lo > hi where that is nowhere.
func clip(lo, hi, slope, base float64) (float64, float64) {
	atLo, atHi := slope*lo+base, slope*hi+base
	switch {
	case atLo >= 0 && atHi >= 0:
		return lo, hi
	case atLo < 0 && atHi < 0:
		return 1, 0
	case atLo < 0:
		return -base / slope, hi
	}
	return lo, -base / slope
}

// envelope draws, in every column from x0 to x1, the surface whose line is the greatest there; nothing where x0 is not
// below x1.
func (r *row) envelope(surfaces []surface, lines *[maxFaces]line, x0, x1 int) {
	if x0 >= x1 {
		return
	}
	at := greatest(lines[:len(surfaces)], float64(x0))
	for x := x0; x < x1; {
		next, until := overtaken(lines[:len(surfaces)], at, float64(x))
		end := x1
		if until < float64(x1) {
			end = min(max(int(math.Ceil(until)), x), x1)
		}
		if end > x {
			r.segment(&surfaces[at], x, end)
		}
		x, at = end, next
	}
}

// greatest returns the index of the line that is greatest at x.
func greatest(lines []line, x float64) int {
	at, most := 0, math.Inf(-1)
	for i, l := range lines {
		if v := l.slope*x + l.base; v > most {
			at, most = i, v
		}
	}
	return at
}

// overtaken returns which steeper line first crosses line at after x, and where: infinitely far where none does. As
// the next one is always steeper, an envelope has no more segments than lines.
func overtaken(lines []line, at int, x float64) (next int, until float64) {
	cur := lines[at]
	next, until = at, math.Inf(1)
	for i, l := range lines {
		if l.slope <= cur.slope {
			continue
		}
		if cross := (cur.base - l.base) / (l.slope - cur.slope); cross < until {
			next, until = i, cross
		}
	}
	return next, max(until, x)
}
