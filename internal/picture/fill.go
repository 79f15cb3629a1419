package picture

// Levels of limited range (ITU-R BT.709-6 §4.6): black, white and neutral chroma.
const (
	Black   = 16
	White   = 235
	Neutral = 128
)

// Fill paints the whole picture in one colour.
func (p Picture) Fill(y, cb, cr byte) {
	for row := range p.Height {
		fill(p.Y[row*p.YStride:][:p.Width], y)
	}
	for row := range p.Height / 2 {
		fill(p.Cb[row*p.CStride:][:p.Width/2], cb)
		fill(p.Cr[row*p.CStride:][:p.Width/2], cr)
	}
}

func fill(row []byte, v byte) {
	for i := range row {
		row[i] = v
	}
}
