// Package annexb reads H.264 byte streams in Annex B form (ITU-T H.264 Annex B): NAL units separated by start codes
// 00 00 01. It works on views and copies nothing.
package annexb

import "bytes"

// NAL unit types (ITU-T H.264 table 7-1) that the package's users ask for.
const (
	TypeSlice    = 1 // coded slice of a non-IDR picture
	TypeIDRSlice = 5 // coded slice of an IDR picture
	TypeSEI      = 6 // supplemental enhancement information
	TypeSPS      = 7 // sequence parameter set
	TypePPS      = 8 // picture parameter set
	TypeAUD      = 9 // access unit delimiter
)

// startCode is what every NAL unit follows.
var startCode = []byte{0, 0, 1}

// Unit is one NAL unit.
type Unit struct {
	// Type is nal_unit_type, 0–31.
	Type uint8
	// Start is where the unit begins in the stream, counting its start code and one leading zero byte if there is one.
	Start int
	// Payload is the unit from its header byte on, without trailing zeros. It is never empty.
	Payload []byte
}

// IsSlice reports whether the unit carries a coded slice (a VCL unit) of a picture without data partitioning.
func (u Unit) IsSlice() bool { return u.Type == TypeSlice || u.Type == TypeIDRSlice }

// Reader walks over the units of a stream. The zero value reads an empty stream.
type Reader struct {
	stream []byte
	next   int // index of the next start code, -1 where there is none
}

// Read returns a reader over stream, which it keeps. Bytes before the first start code are passed over.
func Read(stream []byte) Reader { return Reader{stream: stream, next: bytes.Index(stream, startCode)} }

// Next returns the next unit, or false at the end. Units without a byte between their start codes are passed over.
func (r *Reader) Next() (Unit, bool) {
	for len(r.stream) > 0 && r.next >= 0 {
		code := r.next
		begin := code + len(startCode)
		end := len(r.stream)
		r.next = -1
		if i := bytes.Index(r.stream[begin:], startCode); i >= 0 {
			r.next = begin + i
			end = r.next
		}
		payload := bytes.TrimRight(r.stream[begin:end], "\x00")
		if len(payload) == 0 {
			continue
		}
		start := code
		if start > 0 && r.stream[start-1] == 0 {
			start--
		}
		return Unit{Type: payload[0] & 31, Start: start, Payload: payload}, true
	}
	return Unit{}, false
}

// AppendSlices cuts an access unit at the start of each of its coded slices and appends the pieces to dst as views.
// Parameter sets, SEI and delimiters before the first slice belong to the first piece, whatever follows a slice to its
// own, so the pieces put together are the access unit. A stream without slices is one piece, an empty one none. IDR is
// whether any slice is of an IDR picture.
func AppendSlices(dst [][]byte, unit []byte) (pieces [][]byte, idr bool) {
	if len(unit) == 0 {
		return dst, false
	}
	r := Read(unit)
	from, seen := 0, false
	for {
		u, ok := r.Next()
		if !ok {
			return append(dst, unit[from:len(unit):len(unit)]), idr
		}
		if !u.IsSlice() {
			continue
		}
		idr = idr || u.Type == TypeIDRSlice
		if seen {
			dst = append(dst, unit[from:u.Start:u.Start])
			from = u.Start
		}
		seen = true
	}
}
