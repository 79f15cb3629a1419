//go:build !linux

package relay

// openKernel returns nil: there are portable sockets only.
func openKernel(*relay) (pump, error) { return nil, nil }
