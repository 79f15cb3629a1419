package annexb

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// unit returns a NAL unit of a type with a long or a short start code.
func unit(long bool, nal byte, payload ...byte) []byte {
	var b []byte
	if long {
		b = append(b, 0)
	}
	return append(append(b, 0, 0, 1, nal), payload...)
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func TestReaderFindsUnits(t *testing.T) {
	for _, test := range []struct {
		name   string
		stream []byte
		want   string // type@start+length of payload
	}{
		{"empty", nil, "[]"},
		{"no start code", []byte{1, 2, 3, 0, 0}, "[]"},
		{"start code alone", []byte{0, 0, 1}, "[]"},
		{"short code", unit(false, 0x67, 9), "[7@0+2]"},
		{"long code", unit(true, 0x67, 9), "[7@0+2]"},
		{"garbage before", join([]byte{5, 5}, unit(false, 0x65, 9)), "[5@2+2]"},
		{"zeros before", join([]byte{0, 0, 0}, unit(false, 0x65, 9)), "[5@2+2]"},
		{"two", join(unit(true, 0x67, 1, 2), unit(false, 0x68, 3)), "[7@0+3 8@7+2]"},
		{"leading zero belongs to the unit after it", join(unit(true, 0x67, 1), unit(true, 0x68, 3)), "[7@0+2 8@6+2]"},
		{"trailing zeros are not payload", join(unit(true, 0x41, 1, 0, 0, 0), unit(false, 0x41, 2)), "[1@0+2 1@8+2]"},
		{"empty unit between codes", join([]byte{0, 0, 1}, unit(false, 0x41, 2)), "[1@3+2]"},
		{"emulation prevention is not a code", unit(false, 0x41, 0, 0, 3, 1), "[1@0+5]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := []string{}
			r := Read(test.stream)
			for u, ok := r.Next(); ok; u, ok = r.Next() {
				got = append(got, fmt.Sprintf("%d@%d+%d", u.Type, u.Start, len(u.Payload)))
			}
			if s := fmt.Sprint(got); s != test.want {
				t.Errorf("units of %v = %s, want %s", test.stream, s, test.want)
			}
		})
	}
}

func TestAppendSlices(t *testing.T) {
	aud, sps, pps := unit(true, 0x09, 0xf0), unit(true, 0x67, 1), unit(true, 0x68, 2)
	sei := unit(false, 0x06, 7)
	idr := [][]byte{unit(false, 0x65, 10), unit(true, 0x65, 11), unit(false, 0x65, 12, 0, 0)}
	p := [][]byte{unit(true, 0x41, 20), unit(false, 0x41, 21)}
	for _, test := range []struct {
		name string
		want [][]byte
		idr  bool
	}{
		{"nothing", nil, false},
		{"no slices", [][]byte{join(sps, pps)}, false},
		{"one slice", [][]byte{p[0]}, false},
		{"two slices", p, false},
		{"sets before the first slice", [][]byte{join(aud, sps, pps, sei, idr[0]), idr[1], idr[2]}, true},
		{"SEI after a slice stays with it", [][]byte{join(p[0], sei), p[1]}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, isIDR := AppendSlices(nil, join(test.want...))
			if !slices.EqualFunc(got, test.want, bytes.Equal) || isIDR != test.idr {
				t.Errorf("AppendSlices = %v, %v; want %v, %v", got, isIDR, test.want, test.idr)
			}
		})
	}
}

func TestAppendSlicesAreViewsThatCannotGrowIntoEachOther(t *testing.T) {
	stream := join(unit(false, 0x41, 1), unit(false, 0x41, 2))
	got, _ := AppendSlices(nil, stream)
	if &got[0][0] != &stream[0] {
		t.Error("the first slice is a copy, want a view")
	}
	_ = append(got[0], 99)
	if got[1][0] != 0 {
		t.Error("appending to one slice overwrote the next")
	}
}

func TestAppendSlicesDoesNotAllocate(t *testing.T) {
	stream := join(unit(true, 0x67, 1), unit(true, 0x65, make([]byte, 4000)...), unit(true, 0x65, 2))
	dst := make([][]byte, 0, 8)
	if n := testing.AllocsPerRun(100, func() { dst, _ = AppendSlices(dst[:0], stream) }); n != 0 {
		t.Errorf("AppendSlices allocates %v times, want 0", n)
	}
}

func FuzzAppendSlices(f *testing.F) {
	f.Add(join(unit(true, 0x67, 1), unit(true, 0x68, 2), unit(false, 0x65, 3), unit(true, 0x65, 4)))
	f.Add([]byte{0, 0, 1, 0, 0, 1, 0x41, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, stream []byte) {
		pieces, idr := AppendSlices(nil, stream)
		if got := join(pieces...); !bytes.Equal(got, stream) {
			t.Fatalf("pieces put together are %v, want %v", got, stream)
		}
		coded, anyIDR := 0, false
		r := Read(stream)
		end := 0
		for u, ok := r.Next(); ok; u, ok = r.Next() {
			if u.Start < end {
				t.Fatalf("unit at %d begins inside the one before, which ends at %d", u.Start, end)
			}
			end = u.Start + len(u.Payload)
			if u.IsSlice() {
				coded++
				anyIDR = anyIDR || u.Type == TypeIDRSlice
			}
		}
		want := max(coded, min(len(stream), 1))
		if len(pieces) != want || idr != anyIDR {
			t.Fatalf("%d pieces, IDR %v; want %d, %v", len(pieces), idr, want, anyIDR)
		}
	})
}

func ExampleAppendSlices() {
	accessUnit := []byte{0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x65, 2, 0, 0, 1, 0x65, 3}
	pieces, idr := AppendSlices(nil, accessUnit)
	fmt.Println(len(pieces), "slices, IDR:", idr)
	// Output: 2 slices, IDR: true
}

func BenchmarkAppendSlices(b *testing.B) {
	payload := make([]byte, 13000)
	for i := range payload {
		payload[i] = byte(i*7) | 1
	}
	stream := join(unit(true, 0x41, payload...), unit(true, 0x41, payload...), unit(true, 0x41, payload...), unit(true, 0x41, payload...))
	dst := make([][]byte, 0, 8)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = AppendSlices(dst[:0], stream)
	}
}
