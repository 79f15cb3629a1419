//go:build !linux

package transport

import (
	"net"

	"airbridge/machine"
)

// kernelSocket exists on Linux only; elsewhere upgrade never makes one.
type kernelSocket struct{ warning string }

func upgrade(*net.UDPConn, SocketConfig, *counters) *kernelSocket { return nil }

func (*kernelSocket) send(machine.Burst) {}

func (*kernelSocket) features() Features { return Features{} }

func (*kernelSocket) close() error { return nil }
