//go:build !linux

package source

// lowerPriority does nothing on this system.
func lowerPriority() {}
