package scene

// gap is a range of columns: x0 and up to but not including x1.
type gap struct{ x0, x1 int }

// gaps are the columns of a row that nothing has been drawn to yet, in no order.
type gaps struct {
	at   [maxThings + 1]gap
	used int
}

func wholeRow(x0, x1 int) (g gaps) {
	g.at[0], g.used = gap{x0, x1}, 1
	return g
}

// all returns the gaps, valid until the next cover.
func (g *gaps) all() []gap { return g.at[:g.used] }

// cover takes the columns from x0 to x1 out of the gaps. Each call splits at most one of them, so that there is room
// for as many calls as there are things.
func (g *gaps) cover(x0, x1 int) {
	for i := 0; i < g.used; {
		s := &g.at[i]
		switch {
		case x1 <= s.x0 || s.x1 <= x0:
			i++
		case x0 <= s.x0 && s.x1 <= x1:
			g.used--
			*s = g.at[g.used]
		case x0 <= s.x0:
			s.x0 = x1
			i++
		case s.x1 <= x1:
			s.x1 = x0
			i++
		default:
			g.at[g.used] = gap{x1, s.x1}
			g.used++
			s.x1 = x0
			i++
		}
	}
}
