//go:build cgo

package av

/*
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdlib.h>

static int avx_interrupted(void *flag) { return __atomic_load_n((int *)flag, __ATOMIC_RELAXED); }
static void avx_interrupt(int *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }
static void avx_interrupt_by(AVFormatContext *c, int *flag) {
	c->interrupt_callback.callback = avx_interrupted;
	c->interrupt_callback.opaque = flag;
}

static int avx_has_option(const AVFilter *f, const char *key) {
	return f->priv_class && av_opt_find((void *)&f->priv_class, key, NULL, 0, AV_OPT_SEARCH_FAKE_OBJ) != NULL;
}
*/
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// interrupter ends a blocked call of a format context from another goroutine. Its flag is C's memory, for FFmpeg keeps
// its address; astiav's own interrupter hands out an address of Go's.
type interrupter struct{ flag *C.int }

func newInterrupter(c *astiav.FormatContext) interrupter {
	i := interrupter{(*C.int)(C.calloc(1, C.size_t(unsafe.Sizeof(C.int(0)))))}
	C.avx_interrupt_by((*C.AVFormatContext)(*(*unsafe.Pointer)(unsafe.Pointer(c))), i.flag)
	return i
}

// interrupt makes every blocking call fail from now on.
func (i interrupter) interrupt() { C.avx_interrupt(i.flag) }

// free must come after the context's own.
func (i interrupter) free() { C.free(unsafe.Pointer(i.flag)) }

// filterHasOption reports whether a filter of that name exists and knows the option.
func filterHasOption(filter, option string) bool {
	cFilter, cOption := C.CString(filter), C.CString(option)
	defer C.free(unsafe.Pointer(cFilter))
	defer C.free(unsafe.Pointer(cOption))
	f := C.avfilter_get_by_name(cFilter)
	return f != nil && C.avx_has_option(f, cOption) != 0
}

func filterPointer(c *astiav.FilterContext) *C.AVFilterContext {
	return (*C.AVFilterContext)(*(*unsafe.Pointer)(unsafe.Pointer(c)))
}

// sinkTimeBase returns the unit of a buffer sink's timestamps in seconds, as a fraction.
func sinkTimeBase(c *astiav.FilterContext) astiav.Rational {
	r := C.av_buffersink_get_time_base(filterPointer(c))
	return astiav.NewRational(int(r.num), int(r.den))
}

// sinkFrameRate returns the frame rate at a buffer sink, 0/1 where it is not known.
func sinkFrameRate(c *astiav.FilterContext) astiav.Rational {
	r := C.av_buffersink_get_frame_rate(filterPointer(c))
	return astiav.NewRational(int(r.num), int(r.den))
}

// sinkSize returns the size of the pictures at a buffer sink.
func sinkSize(c *astiav.FilterContext) (width, height int) {
	p := filterPointer(c)
	return int(C.av_buffersink_get_w(p)), int(C.av_buffersink_get_h(p))
}
