//go:build windows

package streamer

import "C" // want `streamer imports C: only internal/av may`

import (
	_ "bad/client/jitter" // want `streamer imports client/jitter: streamer and client never import each other`
	_ "bad/cmd/airbridge" // want `streamer imports cmd/airbridge: nothing imports a program`
	_ "bad/internal/av"   // want `streamer imports internal/av: a core imports no shell`
	_ "bad/machine"
	_ "bad/netem"     // want `streamer imports netem: production code never imports the lab`
	_ "bad/reports"   // want `streamer imports reports: production code never imports the lab`
	_ "bad/scenarios" // want `streamer imports scenarios: production code never imports the lab`
	_ "bad/sim"       // want `streamer imports sim: production code never imports the lab`
	_ "bad/streamer/pacer"
	_ "bad/streamer/shell" // want `streamer imports streamer/shell: a core imports no shell`
	_ "bad/transport"      // want `streamer imports transport: a core imports no shell`

	_ "github.com/asticode/go-astiav" // want `streamer imports github.com/asticode/go-astiav: only internal/av may`
)
