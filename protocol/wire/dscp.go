package wire

// DSCP returns the differentiated services code point of datagrams of kind k. Wi-Fi maps it to an access category (RFC
// 8325 §4.3): video to AC_VI, what steers the picture to AC_VO.
func (k Kind) DSCP() uint8 {
	switch k {
	case KindShard:
		return 34 // AF41
	case KindTracking, KindFeedback, KindPing, KindPong:
		return 46 // EF
	}
	return 40 // CS5: signalling
}
