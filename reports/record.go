// Package reports says how a run went: the run record (one JSON object a run) and the table that a person reads in a
// terminal. It imports production code and is never imported by it.
package reports

import "airbridge/streamer/statistics"

// Record is one run. Numbers carry their unit last in their names; a nil pointer is null: what the run could not know,
// which is never written as zero.
type Record struct {
	// Scenario names what was run. Seed is nil where nothing was drawn at random.
	Scenario string  `json:"scenario"`
	Seed     *uint64 `json:"seed"`
	// DurationS is how long was streamed, in seconds of the stream's clock; WallS how long that took.
	DurationS float64  `json:"duration_s"`
	WallS     *float64 `json:"wall_s"`
	// TraceHash digests all inputs and outputs, 16 hexadecimal digits. Version is the program's.
	TraceHash *string `json:"trace_hash"`
	Version   string  `json:"version"`

	Controllers Controllers `json:"controllers"`
	Frames      Frames      `json:"frames"`
	// MissedPerHour is the rate of missed slots with its exact 95 % interval.
	MissedPerHour *Rate    `json:"missed_per_hour"`
	Latency       Latency  `json:"latency_ms"`
	Network       Network  `json:"network"`
	Bitrate       *Bitrate `json:"bitrate_mbps"`
	Recovery      Recovery `json:"recovery"`
	Picture       Picture  `json:"picture"`

	// Source, Encoder and Link name what was streamed, with what, over what. Width and Height are the coded picture's size.
	Source  *string  `json:"source"`
	Encoder *string  `json:"encoder"`
	Link    *string  `json:"link"`
	Width   *int     `json:"width"`
	Height  *int     `json:"height"`
	FPS     *float64 `json:"fps"`
	// Overhead is motion-to-photon without render, encode, decode, pacing and waiting for a render or the display.
	Overhead *Percentiles `json:"overhead_ms"`
	// Margin is how long before the latch of their slot frames were decoded; negative where they were late.
	Margin *Margin `json:"margin_ms"`
	// SlowedS is for how many seconds the source was slowed down, as the machine did not keep up.
	SlowedS *float64 `json:"slowed_s"`
	// PoseError is how far the pose a frame was drawn for was from where the head was when it lit up.
	PoseError *Percentiles `json:"pose_error_deg"`
	// Incomplete says why the run ended before its time; nil where it did not.
	Incomplete *string `json:"incomplete"`
}

// Controllers are the controllers by name, as chosen on the command line; nil where there was none.
type Controllers struct {
	Latency  *string `json:"latency"`
	Bitrate  *string `json:"bitrate"`
	Recovery *string `json:"recovery"`
}

// Frames counts frames: Rendered is the sum of Displayed, Replaced, Late, Lost and Skipped.
type Frames struct {
	Rendered  *int64 `json:"rendered"`
	Displayed *int64 `json:"displayed"`
	Replaced  *int64 `json:"replaced"`
	Late      *int64 `json:"late"`
	Lost      *int64 `json:"lost"`
	Skipped   *int64 `json:"skipped"`
	// MissedSlots counts slots that repeated a picture although a frame was rendered for them.
	MissedSlots *int64 `json:"missed_slots"`
	// ShownLate counts those of Late that were shown after all, in a later slot.
	ShownLate *int64 `json:"shown_late"`
}

// Latency is in milliseconds.
type Latency struct {
	// MotionToPhoton is nil where nothing was shown, or frames had no poses.
	MotionToPhoton *Distribution `json:"motion_to_photon"`
	// Stages add up to MotionToPhoton; where that is nil, each is of all frames that completed it.
	Stages Stages `json:"stages"`
	// ClockUncertainty is what the stages uplink and network may be wrong by, in opposite directions.
	ClockUncertainty *float64 `json:"clock_uncertainty"`
}

// Distribution sums a quantity up. Its quantiles are those of the sample however small it is: what is shown
// of them takes FramesForP99 and FramesForP999 frames.
type Distribution struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// Percentiles are the median and the 99th percentile of a quantity.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Margin is the median of a margin, and what all but one frame in a hundred had.
type Margin struct {
	P1  float64 `json:"p1"`
	P50 float64 `json:"p50"`
}

// Stage sums one stage of the shown frames up. AllP99 is the 99th percentile over every frame that completed the stage,
// shown or not.
type Stage struct {
	Mean   float64  `json:"mean"`
	P50    *float64 `json:"p50,omitempty"`
	P99    float64  `json:"p99"`
	AllP99 *float64 `json:"all_p99,omitempty"`
}

// Stages are the stages by statistics.Stage; nil where no frame completed one. In JSON they are an object in the order
// of a frame's walk.
type Stages [statistics.StageCount]*Stage

// Network is what happened on the way to the client. Rates are in Mbit/s.
type Network struct {
	// PacketsSent counts datagrams of video, parity and repetitions included; PacketsLost those of them that did not arrive.
	PacketsSent *int64 `json:"packets_sent"`
	PacketsLost *int64 `json:"packets_lost"`
	// RecoveredFEC and RecoveredRTX are datagrams of data that parity and repetitions made good.
	RecoveredFEC *int64   `json:"recovered_fec"`
	RecoveredRTX *int64   `json:"recovered_rtx"`
	CapacityMbps *float64 `json:"capacity_mbps"`
	// GoodputMbps is the video of frames that the client could decode.
	GoodputMbps *float64 `json:"goodput_mbps"`
	// Utilisation is goodput / min(capacity, the encoder's maximum).
	Utilisation *float64     `json:"utilisation"`
	Queue       *Percentiles `json:"queue_ms"`
}

// Bitrate is of whole seconds, in Mbit/s.
type Bitrate struct {
	Mean float64 `json:"mean"`
	P5   float64 `json:"p5"`
	P95  float64 `json:"p95"`
}

// Recovery is what was done against loss, and what the user saw of it.
type Recovery struct {
	IDR  *int64 `json:"idr"`
	NACK *int64 `json:"nack"`
	// ParityRatio is how many datagrams of parity were sent for each one of data: 0.2 of recovery fec:20, a little more
	// as blocks round up. Nil before any of data was sent.
	ParityRatio     *float64 `json:"parity_ratio"`
	Freezes         *int64   `json:"freezes"`
	LongestFreezeMS *float64 `json:"longest_freeze_ms"`
}

// Picture is what was measured on the pictures shown.
type Picture struct {
	PSNRMeanDB   *float64 `json:"psnr_db_mean"`
	MarkerErrors *int64   `json:"marker_errors"`
}
