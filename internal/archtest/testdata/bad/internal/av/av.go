package av

import "C"

import (
	_ "bad/streamer" // want `internal/av imports streamer: dependencies point inwards`
	_ "github.com/asticode/go-astiav"
)
