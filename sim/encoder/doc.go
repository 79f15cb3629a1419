// Package encoder models a video encoder on a streamer's host: a host.Device that answers streamer.Encode as the shell
// around libx264 does, without a picture in sight.
//
// # What is modelled
//
// The size of a frame is a multiple of what the rate leaves for one (rate / frames a second / 8). Around a mean near 1
// it wanders with what the head sees, a first-order autoregressive process, and jumps from frame to frame, white noise.
// Three things disturb it, each by a response that lasts some frames: the encoder's first frames, an IDR picture with
// the frames after it that pay for it (the VBV holds little more than one frame), and a change of the rate. After a
// rise the first frame is small, as the VBV has yet to fill; after a fall a few are too large. Responses multiply.
//
// The time to encode is so much a pixel and so much a byte, times a multiplier that is skewed and remembers the last
// frame's. Slices share a frame in proportions that drift.
//
// # What the numbers are
//
// fit.json holds them. The command beside this package, go run ./sim/encoder/fit, makes it from runs of libx264 set up
// by internal/av exactly as the streamer sets it up, on the procedural scene seen by a moving head, and compares the
// model with runs of other seeds. They were measured at 1280x720, 72 frames a second and 2 to 40 Mbps, which is 0.03 to
// 0.6 bits a pixel. Sizes are told by bits a pixel, so that any rate and picture can be asked for; beyond the measured
// range the ends hold. In particular nothing keeps very high rates from being filled, which the quantiser's floor would.
//
// What has not been measured: hardware encoders. Config.Spread widens the sizes to what was recorded of them (a
// coefficient of variation of 0.11 to 0.27), Config.OneByOne hands slices over as they are done.
package encoder
