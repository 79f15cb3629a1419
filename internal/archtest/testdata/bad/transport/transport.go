package transport

import (
	_ "bad/client" // want `transport imports client: dependencies point inwards`
	_ "bad/machine"
	_ "net"
)
