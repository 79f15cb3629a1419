package tracker

// stream is a sequence of random numbers that can be started anywhere at no cost: SplitMix64 (Steele, Lea and Flood,
// 2014).
type stream uint64

func (s *stream) next() uint64 {
	*s += 0x9e37_79b9_7f4a_7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58_476d_1ce4_e5b9
	z = (z ^ z>>27) * 0x94d0_49bb_1331_11eb
	return z ^ z>>31
}

// unit draws from 0 to below 1.
func (s *stream) unit() float64 { return float64(s.next()>>11) / (1 << 53) }

// within draws from -limit to limit.
func (s *stream) within(limit float64) float64 { return limit * (2*s.unit() - 1) }
