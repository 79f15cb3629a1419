// Package game models what renders frames on a streamer's host: a host.Device that obeys streamer.Begin, Track, Advice,
// Release and Halt, and tells RenderStarted, Rendered and SourceEnded in the order and with the waits of the streamer's
// shell.
//
// # The kinds
//
//   - Scene is steerable: it starts a frame when it is advised to, or when the last was handed over, whichever is later.
//     It is the procedural scene of package source/scene.
//   - Vsync is a game behind a runtime with a virtual vsync, such as SteamVR. A frame starts Running before a vsync
//     (running start). One that is done by the next vsync is handed over when it is done. One that is not waits for the
//     first vsync that finds it done, and the game starts no other before, as the core takes one frame at a time: half
//     the rate as long as frames overrun. The vsync follows advice by SlewMax a frame at most.
//   - Video is a film or a desktop: frames come by its own clock, PPM off the host's, and are handed over as they start.
//
// All of them return the pose that a frame was drawn from, never its number: Scene and Vsync the newest at the frame's
// start, Video the newest when it began to wait for the frame, as the shell does.
//
// # What the numbers are
//
// Rendering takes a lognormal time that remembers the last frame's, and hitches now and then. The defaults are
// assumptions, not measurements: a game that leaves half of the period free, varies by a tenth over a tenth of a second
// or so, and stumbles once a minute by 12 ms in the mean. Running start and slew follow what is known of SteamVR's
// behaviour; nothing here was fitted to a game.
package game
