//go:build cgo

package av

import (
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
)

func newTestContext() *astiav.CodecContext {
	return astiav.AllocCodecContext(astiav.FindEncoderByName(EncoderX264))
}

func TestRowsAreAligned(t *testing.T) {
	v := mustGet(t, mustPool(t, 322, 182, 1)).Picture()
	if v.YStride%16 != 0 || v.CStride%16 != 0 || uintptr(unsafe.Pointer(&v.Y[0]))%16 != 0 {
		t.Errorf("strides %d, %d at %p, want multiples of 16", v.YStride, v.CStride, &v.Y[0])
	}
}

// A frame whose memory FFmpeg still refers to must not be drawn into.
func TestPoolReplacesMemoryThatIsReferredTo(t *testing.T) {
	p := mustPool(t, 64, 32, 1)
	f, _ := p.Get()
	f.Picture().Y[0] = 200
	other := f.native.Clone()
	defer other.Free()
	memory := &f.Picture().Y[0]
	f.Release()
	g := mustGet(t, p)
	if &g.Picture().Y[0] == memory {
		t.Fatal("Get() lent memory that somebody still refers to")
	}
	g.Picture().Y[0] = 100
	if kept, _ := plane(other, 0, 64, 32); kept[0] != 200 {
		t.Errorf("the other's sample is %d, want 200", kept[0])
	}
}

func TestPictureRefusesOtherFormats(t *testing.T) {
	f := newNative()
	defer f.free()
	for _, format := range []astiav.PixelFormat{astiav.PixelFormatNv12, astiav.PixelFormatRgba, astiav.PixelFormatYuv444P} {
		f.Unref()
		f.SetWidth(64)
		f.SetHeight(32)
		f.SetPixelFormat(format)
		if err := f.AllocBuffer(0); err != nil {
			t.Fatal(err)
		}
		if _, err := f.picture(); err == nil {
			t.Errorf("picture() of %s = nil error, want one", format)
		}
	}
}
