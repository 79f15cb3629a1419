package bitrate

import (
	"context"
	"time"
	wall "time"
)

var period = time.Second

func clocks(ctx context.Context) {
	_ = time.Now()                          // want `core streamer/control/bitrate uses time.Now`
	time.Sleep(period)                      // want `core streamer/control/bitrate uses time.Sleep`
	_ = time.After(period)                  // want `core streamer/control/bitrate uses time.After`
	_ = time.AfterFunc(period, nil)         // want `core streamer/control/bitrate uses time.AfterFunc`
	_ = time.Tick(period)                   // want `core streamer/control/bitrate uses time.Tick`
	_ = time.NewTimer(period)               // want `core streamer/control/bitrate uses time.NewTimer`
	_ = time.NewTicker(period)              // want `core streamer/control/bitrate uses time.NewTicker`
	_ = time.Since(time.Time{})             // want `core streamer/control/bitrate uses time.Since`
	_ = wall.Until(wall.Time{})             // want `core streamer/control/bitrate uses time.Until`
	now := time.Now                         // want `core streamer/control/bitrate uses time.Now`
	_, _ = context.WithTimeout(ctx, period) // want `core streamer/control/bitrate uses context.WithTimeout`
	_ = now
}
