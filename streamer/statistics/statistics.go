// Package statistics is what the streamer knows about its frames: when each passed which boundary, how it ended, and
// what that adds up to over a run. It is the streamer's own bookkeeping; controllers read single frames, run records and
// the dashboard read the sum.
//
// A frame walks through three rooms. History keeps its stamps from the start of rendering until the client reports
// how it ended, or the streamer gives up on it: exactly one outcome a frame, delivered in order of frame numbers. A
// ClockMap says how the client's stamps map to our clock, one Offset a frame. An Aggregate adds the frame up in
// histograms of fixed size, so that an hour costs no more memory than a second.
//
// Nothing here is safe for concurrent use: one core owns it.
package statistics
