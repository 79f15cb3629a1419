//go:build !linux

package transport

import "airbridge/units"

// preciseSleep exists on Linux only.
type preciseSleep struct{}

func newPreciseSleep(bool) *preciseSleep { return nil }

func (*preciseSleep) wake() {}

func (*preciseSleep) sleep(units.Mono, units.Mono) error { return nil }

func (*preciseSleep) release() {}
