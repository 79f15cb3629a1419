//go:build cgo

package av

/*
#cgo pkg-config: libavcodec libavfilter libavformat libavutil
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What FFmpeg says on this thread while it is listened to: its errors, and for want of one the last remark about a
// device, which are no errors to FFmpeg since it tries several. All else is dropped. The formatting is bounded, unlike that of astiav's log callback.
static __thread int avx_listening;
static __thread char avx_errors[512], avx_remark[256];

static void avx_log(void *ctx, int level, const char *format, va_list args) {
	char line[256];
	int prefix = 0;
	size_t used = strlen(avx_errors), n;
	if (!avx_listening || level > AV_LOG_VERBOSE) return;
	av_log_format_line2(ctx, level, format, args, line, sizeof line, &prefix);
	for (n = strlen(line); n > 0 && (line[n-1] == '\n' || line[n-1] == ' '); ) line[--n] = 0;
	if (n == 0) return;
	if (level <= AV_LOG_ERROR)
		snprintf(avx_errors + used, sizeof avx_errors - used, "%s%s", used ? "; " : "", line);
	else if (ctx && !strcmp((*(AVClass **)ctx)->class_name, "AVHWDeviceContext"))
		snprintf(avx_remark, sizeof avx_remark, "%s", line);
}
static void avx_log_install(void) { av_log_set_callback(avx_log); }
static void avx_listen(int on) {
	avx_listening = on;
	if (on) avx_errors[0] = avx_remark[0] = 0;
}
static const char *avx_heard(void) { return avx_errors[0] ? avx_errors : avx_remark; }

// Sets the live rate of an encoder: libx264 and nvenc compare these with their own before every frame.
static void avx_set_rate(AVCodecContext *c, int64_t rate, int buffer) {
	c->bit_rate = rate;
	c->rc_max_rate = rate;
	c->rc_buffer_size = buffer;
}

// Creates a device and a pool of its NV12 surfaces, and has the encoder read those.
static int avx_open_surfaces(AVCodecContext *c, enum AVHWDeviceType type, const char *name) {
	AVBufferRef *device = NULL, *surfaces;
	int r = av_hwdevice_ctx_create(&device, type, name, NULL, 0);
	if (r < 0) return r;
	surfaces = av_hwframe_ctx_alloc(device);
	av_buffer_unref(&device);
	if (!surfaces) return AVERROR(ENOMEM);
	AVHWFramesContext *f = (AVHWFramesContext *)surfaces->data;
	f->format = c->pix_fmt;
	f->sw_format = AV_PIX_FMT_NV12;
	f->width = c->width;
	f->height = c->height;
	f->initial_pool_size = 8;
	r = av_hwframe_ctx_init(surfaces);
	if (r < 0) {
		av_buffer_unref(&surfaces);
		return r;
	}
	c->hw_frames_ctx = surfaces;
	return 0;
}

static int avx_take_surface(AVCodecContext *c, AVFrame *f) { return av_hwframe_get_buffer(c->hw_frames_ctx, f, 0); }

// Fills the packet with a copy of data, re-using its buffer where nothing else refers to it. FFmpeg wants zeroed
// padding behind the data, which memory of the caller cannot promise.
static int avx_packet_fill(AVPacket *p, const uint8_t *data, int size, int64_t pts) {
	size_t want = (size_t)size + AV_INPUT_BUFFER_PADDING_SIZE;
	if (!p->buf || !av_buffer_is_writable(p->buf) || p->buf->size < want) {
		av_packet_unref(p);
		p->buf = av_buffer_alloc(want + want / 2);
		if (!p->buf) return AVERROR(ENOMEM);
	}
	memcpy(p->buf->data, data, size);
	memset(p->buf->data + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	p->data = p->buf->data;
	p->size = size;
	p->pts = p->dts = pts;
	return 0;
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// What astiav v0.16 does not give. The first field of its structs is the C pointer.

func contextPointer(c *astiav.CodecContext) *C.AVCodecContext {
	return (*C.AVCodecContext)(*(*unsafe.Pointer)(unsafe.Pointer(c)))
}

func packetPointer(p *astiav.Packet) *C.AVPacket {
	return (*C.AVPacket)(*(*unsafe.Pointer)(unsafe.Pointer(p)))
}

func framePointer(f *astiav.Frame) *C.AVFrame { return (*C.AVFrame)(f.UnsafePointer()) }

func toError(code C.int) error {
	if code < 0 {
		return astiav.Error(code)
	}
	return nil
}

// plane returns a view of the width x height samples of a plane and its stride, or nil where rows run upwards.
func plane(f *astiav.Frame, i, width, height int) ([]byte, int) {
	c := framePointer(f)
	stride := int(c.linesize[i])
	if c.data[i] == nil || stride < width {
		return nil, stride
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(c.data[i])), stride*(height-1)+width), stride
}

// isWritable reports whether f is the only reference to its memory.
func isWritable(f *astiav.Frame) bool { return C.av_frame_is_writable(framePointer(f)) > 0 }

// packetBytes returns a view of the packet's data, valid until the packet is unreferenced.
func packetBytes(p *astiav.Packet) []byte {
	c := packetPointer(p)
	if c.data == nil {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(c.data)), int(c.size))
}

// packetQP returns the mean quantiser of the encoded packet, zero where the encoder does not tell.
func packetQP(p *astiav.Packet) float64 {
	c := packetPointer(p)
	for i := range int(c.side_data_elems) {
		side := unsafe.Slice(c.side_data, int(c.side_data_elems))[i]
		if side._type == C.AV_PKT_DATA_QUALITY_STATS && side.size >= 4 {
			// AV_PKT_DATA_QUALITY_STATS begins with a little-endian lambda of 118 a quantiser step (FF_QP2LAMBDA).
			b := unsafe.Slice((*byte)(unsafe.Pointer(side.data)), 4)
			lambda := int32(b[0]) | int32(b[1])<<8 | int32(b[2])<<16 | int32(b[3])<<24
			return max(0, float64(lambda)/C.FF_QP2LAMBDA)
		}
	}
	return 0
}

// fillPacket makes p a copy of data.
func fillPacket(p *astiav.Packet, data []byte, pts int64) error {
	source := (*C.uint8_t)(unsafe.SliceData(data))
	return toError(C.avx_packet_fill(packetPointer(p), source, C.int(len(data)), C.int64_t(pts)))
}

// setRate changes mean and peak rate (bits per second) and the VBV buffer (bits) of an open encoder.
func setRate(c *astiav.CodecContext, rate int64, buffer int) {
	C.avx_set_rate(contextPointer(c), C.int64_t(rate), C.int(buffer))
}

// openSurfaces opens a device, by name or FFmpeg's choice, and a pool of its surfaces for the encoder.
func openSurfaces(c *astiav.CodecContext, device astiav.HardwareDeviceType, name string) error {
	var cName *C.char
	if name != "" {
		cName = C.CString(name)
		defer C.free(unsafe.Pointer(cName))
	}
	return toError(C.avx_open_surfaces(contextPointer(c), C.enum_AVHWDeviceType(device), cName))
}

// takeSurface gives f a surface of the encoder's pool.
func takeSurface(c *astiav.CodecContext, f *astiav.Frame) error {
	return toError(C.avx_take_surface(contextPointer(c), framePointer(f)))
}

// expectNoReordering makes a decoder hand out each picture at once. One damaged parameter set that announces reordering
// would otherwise delay every picture after it, for FFmpeg only ever raises this number.
func expectNoReordering(c *astiav.CodecContext) { contextPointer(c).has_b_frames = 0 }

// flush makes a codec forget what it was given.
func flush(c *astiav.CodecContext) { C.avcodec_flush_buffers(contextPointer(c)) }

// quiet routes FFmpeg's log to where explain finds it, once.
var quiet = sync.OnceFunc(func() {
	C.avx_log_install()
	astiav.RegisterAllDevices()
})

// explain runs f and adds to its error what FFmpeg logged about it, which says far more than the error's number.
func explain(f func() error) error {
	quiet()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.avx_listen(1)
	err := f()
	C.avx_listen(0)
	if err == nil {
		return nil
	}
	if heard := C.GoString(C.avx_heard()); heard != "" {
		return fmt.Errorf("%w (%s)", err, heard)
	}
	return err
}
