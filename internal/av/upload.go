//go:build cgo

package av

import (
	"fmt"

	"github.com/asticode/go-astiav"
)

// uploader brings pictures to an encoder that does not read planar main memory: it interleaves the chroma, and copies
// the result to the graphics processor where the encoder wants that.
type uploader struct {
	encoder *astiav.CodecContext
	convert *astiav.SoftwareScaleContext
	nv12    *astiav.Frame
	surface *astiav.Frame // nil where NV12 in main memory will do
}

// prepareUpload sets up what lies between the caller's frames and the encoder, before the encoder is opened.
func (e *Encoder) prepareUpload() error {
	family := encoderFamilies[e.config.Name]
	if family.memory == memoryPlanar {
		return nil
	}
	w, h := e.config.Width, e.config.Height
	convert, err := astiav.CreateSoftwareScaleContext(w, h, astiav.PixelFormatYuv420P, w, h, astiav.PixelFormatNv12,
		astiav.NewSoftwareScaleContextFlags(astiav.SoftwareScaleContextFlagPoint))
	if err != nil {
		return fmt.Errorf("convert to nv12: %w", err)
	}
	e.upload = &uploader{encoder: e.context, convert: convert, nv12: astiav.AllocFrame()}
	if family.memory == memoryNV12 {
		e.context.SetPixelFormat(astiav.PixelFormatNv12)
		return nil
	}
	e.context.SetPixelFormat(family.surfaces)
	e.upload.surface = astiav.AllocFrame()
	if err := openSurfaces(e.context, family.device, e.config.Device); err != nil {
		return fmt.Errorf("device %s: %w", family.device, err)
	}
	return nil
}

// copy returns the frame the encoder can read, valid until the next copy.
func (u *uploader) copy(f *astiav.Frame) (*astiav.Frame, error) {
	if !isWritable(u.nv12) {
		u.nv12.Unref()
		u.nv12.SetWidth(f.Width())
		u.nv12.SetHeight(f.Height())
		u.nv12.SetPixelFormat(astiav.PixelFormatNv12)
		if err := u.nv12.AllocBuffer(0); err != nil {
			return nil, fmt.Errorf("allocate nv12: %w", err)
		}
	}
	if err := u.convert.ScaleFrame(f, u.nv12); err != nil {
		return nil, fmt.Errorf("convert to nv12: %w", err)
	}
	if u.surface == nil {
		return u.nv12, nil
	}
	u.surface.Unref()
	if err := takeSurface(u.encoder, u.surface); err != nil {
		return nil, fmt.Errorf("take surface: %w", err)
	}
	if err := u.nv12.TransferHardwareData(u.surface); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	return u.surface, nil
}

func (u *uploader) free() {
	u.convert.Free()
	u.nv12.Free()
	if u.surface != nil {
		u.surface.Free()
	}
}
