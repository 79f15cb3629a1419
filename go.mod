module airbridge

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/asticode/go-astiav v0.16.0
	github.com/google/go-cmp v0.7.0
	github.com/pion/logging v0.2.4
	github.com/pion/transport/v3 v3.1.1
	golang.org/x/sync v0.24.0
	golang.org/x/sys v0.49.0
	gonum.org/v1/gonum v0.17.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/asticode/go-astikit v0.42.0 // indirect
	github.com/wlynxg/anet v0.0.5 // indirect
)
