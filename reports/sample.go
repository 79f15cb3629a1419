package reports

// How many frames must have been timed before quantiles of them are told: ten beyond each.
const (
	// FramesForP99 is for the 99th percentile, and for the first of a margin.
	FramesForP99 = 1000
	// FramesForP999 is for the 99.9th.
	FramesForP999 = 10_000
)

// TimedFrames returns of how many frames motion-to-photon is known: what the series counted, else the frames shown.
func TimedFrames(r *Run) int64 {
	if r.Series != nil {
		return r.Series.Motion().Count()
	}
	return r.timed()
}

// timed is how many frames were shown where motion-to-photon is known: as many as were timed, unless a clock was stepped.
func (r *Record) timed() int64 {
	if r.Latency.MotionToPhoton == nil {
		return 0
	}
	return r.shown()
}

// shown is how many frames were shown, in their slot or a later one.
func (r *Record) shown() (n int64) {
	for _, p := range []*int64{r.Frames.Displayed, r.Frames.ShownLate} {
		if p != nil {
			n += *p
		}
	}
	return n
}
