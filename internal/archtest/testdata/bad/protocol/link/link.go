package link

import (
	_ "bad/machine"
	_ "bad/transport" // want `protocol/link imports transport: protocol imports units, protocol and what is pure of internal`
)
