//go:build cgo

package av

/*
#include <libavutil/avutil.h>
*/
import "C"

// Version returns the version of FFmpeg in use.
func Version() (string, error) { return C.GoString(C.av_version_info()), nil }
