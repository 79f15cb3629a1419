package wire

import (
	_ "bad/internal/av" // want `protocol/wire imports internal/av: protocol imports units, protocol and what is pure of internal`
	_ "bad/internal/quantile"
	_ "bad/machine" // want `protocol/wire imports machine: protocol imports units, protocol and what is pure of internal`
	_ "bad/protocol/pose"
	_ "bad/streamer" // want `protocol/wire imports streamer: protocol imports units, protocol and what is pure of internal`
	_ "bad/units"
	. "encoding/binary"       // want `core protocol/wire imports encoding/binary without its name`
	_ "golang.org/x/sys/unix" // want `core protocol/wire imports golang.org/x/sys/unix`
	_ "net"                   // want `core protocol/wire imports net`
	_ "net/http"              // want `core protocol/wire imports net/http`
	_ "net/netip"
	_ "os"          // want `core protocol/wire imports os`
	_ "os/exec"     // want `core protocol/wire imports os/exec`
	_ "sync"        // want `core protocol/wire imports sync`
	_ "sync/atomic" // want `core protocol/wire imports sync/atomic`
	_ "unsafe"      // want `core protocol/wire imports unsafe`
)
