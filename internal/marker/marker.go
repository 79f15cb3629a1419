// Package marker paints a machine-readable label into a picture and reads it back after lossy video coding: which
// frame this is and the head pose it was rendered with. It is how a test knows which frame a display really showed.
//
// # Layout
//
// The label is 320 bits in cells of 8x8 luma samples, dark for 0 and bright for 1, from the picture's top left corner,
// four cells to a macroblock of 16x16: rows of macroblocks fill up one after the other, and inside a row of
// macroblocks the cells run left to right, upper row first. The top is where macroblocks are whole whatever the
// picture's height, and at the edge of a headset's view. Chroma under the label is neutral.
//
// The bits are, most significant first: magic u32, frame u32, position x, y, z and orientation x, y, z, w as 32-bit
// floats, CRC-32 (IEEE) of all before it.
//
// A marker survives H.264 at any quantiser. It does not survive an encoder in emergency, which drops what it cannot pay
// for, as libx264 does in rows for which the frame's budget is already spent.
package marker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/bits"

	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/units"
)

var (
	// ErrNone means that there is no marker in the picture.
	ErrNone = errors.New("no marker")
	// ErrCorrupt means that there is a marker whose bits did not survive.
	ErrCorrupt = errors.New("corrupt marker")
	// ErrTooSmall means that the picture has no room for a marker: fewer than 80 whole macroblocks of 16x16, which
	// 320x64, 160x128 and 144x144 have.
	ErrTooSmall = errors.New("picture too small for a marker")
)

// Marker is what the label says.
type Marker struct {
	// Frame is the frame's number.
	Frame units.FrameID
	// Pose is what the frame was rendered with. It is carried in 32-bit floats: orientations come back within
	// 0.0001 degrees, positions within one part in ten million.
	Pose pose.Pose
}

const (
	cellSize       = 8
	macroblockSize = 16
	labelSize      = 40 // bytes
	macroblocks    = labelSize * 8 / 4

	// magic has as many ones as zeros, so that neither a flat nor a striped picture is near it.
	magic = 0x9c6b_35a6
	// maxMagicErrors still make a damaged marker, no longer none. A random picture passes once in 10^5.
	maxMagicErrors = 4

	// Dark and bright are as close to each other as coding at the coarsest quantiser (step 224, H.264 §8.5.9) allows
	// with a margin: what changes every frame costs fewer bits the smaller its contrast is.
	dark, bright = 64, 192
	threshold    = (dark + bright) / 2 * cellSize * cellSize
)

// label is the marker's bits.
type label [labelSize]byte

// Size returns the width and height in luma samples of the area at the top left that a marker covers in a picture of
// the given size: multiples of 16. It returns ErrTooSmall where none fits.
func Size(width, height int) (w, h int, err error) {
	columns, rows := width/macroblockSize, height/macroblockSize
	if columns <= 0 || rows <= 0 || columns*rows < macroblocks {
		return 0, 0, fmt.Errorf("%dx%d: %w", width, height, ErrTooSmall)
	}
	columns = min(columns, macroblocks)
	rows = (macroblocks + columns - 1) / columns
	return columns * macroblockSize, rows * macroblockSize, nil
}

// Draw paints m into p, over whatever is there. It panics where Size has an error for p: whoever makes pictures has
// checked their size once.
func Draw(p picture.Picture, m Marker) {
	width, height, err := Size(p.Width, p.Height)
	if err != nil {
		panic("marker: " + err.Error())
	}
	l := m.label()
	for i := range macroblocks {
		x, y := origin(i, width)
		nibble := l[i/2] >> (4 * (1 - i%2))
		drawRows(p, x, y, nibble>>2)
		drawRows(p, x, y+cellSize, nibble)
	}
	for y := range height / 2 {
		neutral(p.Cb[y*p.CStride:][:width/2])
		neutral(p.Cr[y*p.CStride:][:width/2])
	}
}

// Read returns the marker in p, ErrNone where there is none and ErrCorrupt where its bits were damaged.
func Read(p picture.Picture) (Marker, error) {
	width, _, err := Size(p.Width, p.Height)
	if err != nil {
		return Marker{}, ErrNone
	}
	var l label
	for i := range macroblocks {
		x, y := origin(i, width)
		nibble := readRows(p, x, y)<<2 | readRows(p, x, y+cellSize)
		l[i/2] |= nibble << (4 * (1 - i%2))
	}
	return l.marker()
}

// origin returns where macroblock i of a label starts that is width samples wide.
func origin(i, width int) (x, y int) {
	columns := width / macroblockSize
	return i % columns * macroblockSize, i / columns * macroblockSize
}

// cellRow holds one row of a macroblock's two neighbouring cells for their two bits.
var cellRow = func() (rows [4][macroblockSize]byte) {
	for pair := range rows {
		for x := range rows[pair] {
			rows[pair][x] = dark
			if pair>>(1-x/cellSize)&1 != 0 {
				rows[pair][x] = bright
			}
		}
	}
	return rows
}()

// drawRows paints two neighbouring cells for the lowest two bits of pair.
func drawRows(p picture.Picture, x, y int, pair byte) {
	src := &cellRow[pair&3]
	for dy := range cellSize {
		copy(p.Y[(y+dy)*p.YStride+x:][:macroblockSize], src[:])
	}
}

func neutral(row []byte) {
	for i := range row {
		row[i] = picture.Neutral
	}
}

// readRows returns the bits of two neighbouring cells.
func readRows(p picture.Picture, x, y int) (pair byte) {
	var left, right uint64
	for dy := range cellSize {
		row := p.Y[(y+dy)*p.YStride+x:][:macroblockSize]
		left += pairSums(binary.LittleEndian.Uint64(row))
		right += pairSums(binary.LittleEndian.Uint64(row[cellSize:]))
	}
	if fold(left) > threshold {
		pair |= 2
	}
	if fold(right) > threshold {
		pair |= 1
	}
	return pair
}

// pairSums adds neighbouring bytes of v into four 16-bit lanes; eight such rows still fit.
func pairSums(v uint64) uint64 {
	const even = 0x00ff_00ff_00ff_00ff
	return v&even + v>>8&even
}

// fold adds the four lanes up.
func fold(v uint64) int {
	return int(v&0xffff + v>>16&0xffff + v>>32&0xffff + v>>48)
}

func (m Marker) label() (l label) {
	b := binary.BigEndian.AppendUint32(l[:0], magic)
	b = binary.BigEndian.AppendUint32(b, uint32(m.Frame))
	for _, v := range m.Pose.Position {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}
	for _, v := range m.Pose.Orientation {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}
	binary.BigEndian.AppendUint32(b, checksum(b))
	return l
}

func (l *label) marker() (m Marker, err error) {
	if bits.OnesCount32(binary.BigEndian.Uint32(l[:])^magic) > maxMagicErrors {
		return Marker{}, ErrNone
	}
	if checksum(l[:labelSize-4]) != binary.BigEndian.Uint32(l[labelSize-4:]) {
		return Marker{}, ErrCorrupt
	}
	m.Frame = units.FrameID(binary.BigEndian.Uint32(l[4:]))
	for i := range m.Pose.Position {
		m.Pose.Position[i] = readFloat(l[8+4*i:])
	}
	for i := range m.Pose.Orientation {
		m.Pose.Orientation[i] = readFloat(l[20+4*i:])
	}
	return m, nil
}

func readFloat(b []byte) float64 { return float64(math.Float32frombits(binary.BigEndian.Uint32(b))) }

// checksum is crc32.ChecksumIEEE, whose choice of an implementation at run time would move the label to the heap.
func checksum(b []byte) uint32 {
	crc := ^uint32(0)
	for _, v := range b {
		crc = crc32.IEEETable[byte(crc)^v] ^ crc>>8
	}
	return ^crc
}
