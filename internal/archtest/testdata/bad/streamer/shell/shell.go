// Package shell may do what cores may not, but imports point one way for it too.
package shell

import (
	"net"
	"sync"
	"time"

	_ "bad/client" // want `streamer/shell imports client: streamer and client never import each other`
	_ "bad/internal/av"
	_ "bad/sim" // want `streamer/shell imports sim: production code never imports the lab`
	_ "bad/streamer"
	_ "bad/transport"
)

var mu sync.Mutex

func serve(c net.Conn, done chan int) {
	go func() { done <- 1 }()
	<-done
	_ = time.Now()
}
