package main

import (
	_ "bad/client/shell"
	_ "bad/reports"
	_ "bad/scenarios"
	_ "bad/streamer/shell"
)

func main() { go main() }
