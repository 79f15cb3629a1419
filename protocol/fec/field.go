package fec

// order is how many elements but zero the field GF(2^8) has, all of them powers of 2.
const order = 255

// powers holds the powers of 2, logarithms their exponents.
var powers, logarithms = tables()

func tables() (p [order]uint8, l [order + 1]uint8) {
	v := 1
	for i := range p {
		p[i], l[v] = uint8(v), uint8(i)
		if v <<= 1; v > order {
			v ^= 0x11d // x^8 + x^4 + x^3 + x^2 + 1
		}
	}
	return p, l
}

// logarithm returns the exponent of v, which is not zero.
func logarithm(v uint8) int { return int(logarithms[v]) }

// power returns 2 to the n, which may be negative.
func power(n int) uint8 {
	if n %= order; n < 0 {
		n += order
	}
	return powers[n]
}

// invert returns 1/v, of v that is not zero.
func invert(v uint8) uint8 { return power(-logarithm(v)) }
