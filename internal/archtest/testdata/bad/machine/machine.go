package machine

import (
	_ "bad/protocol/wire" // want `machine imports protocol/wire: the machine contract knows units only`
	_ "bad/units"
)
