//go:build !linux

package transport

// RelaxTimers does nothing on this system.
func RelaxTimers() {}
