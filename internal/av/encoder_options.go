//go:build cgo

package av

import (
	"fmt"
	"math"
	"strconv"

	"airbridge/units"

	"github.com/asticode/go-astiav"
)

// memory is where an encoder reads its pictures.
type memory int

const (
	memoryPlanar  memory = iota // yuv420p in main memory: frames as they are
	memoryNV12                  // nv12 in main memory
	memorySurface               // nv12 on a graphics processor
)

// encoderFamily is how one encoder differs from the others.
type encoderFamily struct {
	options func(o map[string]string, slices int)
	memory  memory
	// device and surfaces are set where memory is memorySurface.
	device   astiav.HardwareDeviceType
	surfaces astiav.PixelFormat
	// fixedRate says that FFmpeg 5.1 cannot change the rate while the encoder runs: it is opened anew, with an IDR picture.
	fixedRate bool
	// gop is the largest distance between IDR pictures it can be given.
	gop int
}

// endlessGOP is a distance between IDR pictures that no session reaches: recovery asks for them when it needs one.
const endlessGOP = 1 << 30

// encoderFamilies are the encoders by name. Only libx264 has encoded pictures in the tests; the hardware encoders have
// been tested for failing cleanly where their hardware is missing.
var encoderFamilies = map[string]encoderFamily{
	EncoderX264:  {options: x264Options, gop: endlessGOP},
	EncoderNVENC: {options: nvencOptions, gop: endlessGOP},
	EncoderVAAPI: {
		options: vaapiOptions, gop: endlessGOP, fixedRate: true,
		memory: memorySurface, device: astiav.HardwareDeviceTypeVAAPI, surfaces: astiav.PixelFormatVaapi,
	},
	// The library behind it counts the group of pictures in 16 bits, where the largest number means endless.
	EncoderQSV: {options: qsvOptions, gop: math.MaxUint16, fixedRate: true, memory: memoryNV12},
}

// options returns what the encoder is opened with: no delay, no B frames, no IDR picture but on demand, and a VBV for
// rate, without which no encoder takes a new rate while it runs.
func (e *Encoder) options(rate units.Bitrate) map[string]string {
	o := map[string]string{
		"b":       strconv.FormatInt(int64(rate), 10),
		"maxrate": strconv.FormatInt(int64(rate), 10),
		"bufsize": strconv.FormatInt(int64(vbvFrames*float64(rate)/float64(e.config.FPS)), 10),
		"bf":      "0",
		"slices":  strconv.Itoa(e.config.Slices),
		"qmin":    strconv.Itoa(qpFloor),
		// What a picture.Picture is.
		"color_range":     "tv",
		"colorspace":      "bt709",
		"color_primaries": "bt709",
		"color_trc":       "bt709",
	}
	encoderFamilies[e.config.Name].options(o, e.config.Slices)
	return o
}

func x264Options(o map[string]string, slices int) {
	o["preset"] = "ultrafast"
	o["tune"] = "zerolatency"
	o["forced-idr"] = "1"
	// With sliced threads the number of slices is the number of threads, which is set with it.
	o["x264-params"] = fmt.Sprintf("sliced-threads=1:slices=%d:annexb=1:repeat-headers=1:scenecut=0", slices)
}

func nvencOptions(o map[string]string, _ int) {
	o["preset"] = "p2"
	o["tune"] = "ull"
	o["rc"] = "cbr"
	o["zerolatency"] = "1"
	o["delay"] = "0"
	o["forced-idr"] = "1"
	// A least quantiser would switch nvenc's own choice of quantisers off.
	delete(o, "qmin")
}

func vaapiOptions(o map[string]string, _ int) {
	o["rc_mode"] = "CBR"
	o["async_depth"] = "1"
}

func qsvOptions(o map[string]string, _ int) {
	o["preset"] = "veryfast"
	o["async_depth"] = "1"
	o["low_delay_brc"] = "1"
	o["forced_idr"] = "1"
	o["look_ahead"] = "0"
}
