package sim

import (
	_ "bad/client"
	_ "bad/netem"
	_ "bad/streamer"
)

type streamerCore struct{} // want `sim declares core type streamerCore`

type corset struct{}
