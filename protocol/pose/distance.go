package pose

// reach is the lever in metres at which Distance weighs a turn: roughly an arm's length, where things are looked at.
const reach = 1.0

// Distance is a metric on poses in metres: how far the heads are apart plus how far their turn moves a point one metre
// away. It is zero only for equal poses (q and -q are the same orientation) and obeys the triangle inequality.
func Distance(a, b Pose) float64 {
	return a.Position.Sub(b.Position).Norm() + reach*Angle(a.Orientation, b.Orientation)
}

// Nearest returns the index of the candidate closest to p by Distance and that distance, or -1 and no meaning where
// there are none. Of equally close ones the last wins. It recovers which sample a runtime that returns poses without
// numbers has rendered with; candidates are in order of age, the newest last.
func Nearest(p Pose, candidates []Pose) (index int, distance float64) {
	index = -1
	for i, c := range candidates {
		if d := Distance(p, c); index < 0 || d <= distance {
			index, distance = i, d
		}
	}
	return index, distance
}
