package transport

import (
	"fmt"
	"net"
	"net/netip"

	"airbridge/machine"

	pion "github.com/pion/transport/v3"
)

// DefaultBuffer is how many bytes a socket asks for in each direction: measured to lose nothing at 400 Mbit/s of frame
// bursts, where the usual 212,992 bytes lose 5–21 %.
const DefaultBuffer = 4 << 20

// SocketConfig chooses the features of a Socket; the zero value uses all the system has. Each No… field switches one
// off, so that every fallback can be tested and a broken driver worked around.
type SocketConfig struct {
	// ReceiveBuffer and SendBuffer are asked for in bytes. Default DefaultBuffer.
	ReceiveBuffer, SendBuffer int
	// ECN is the explicit congestion notification field of what is sent, 0–3 (RFC 3168). Default 0: not capable.
	ECN uint8
	// NoGSO sends no segmentation-offload trains (UDP_SEGMENT).
	NoGSO bool
	// NoGRO receives no coalesced trains (UDP_GRO).
	NoGRO bool
	// NoBatch sends and receives one message a system call.
	NoBatch bool
	// NoStamps takes the instant of the read for the instant of arrival.
	NoStamps bool
	// Plain leaves a kernel socket as it is: one datagram a call, with deadlines, as on systems other than Linux.
	Plain bool
}

// Features is what a Socket uses at present.
type Features struct {
	// GSO and GRO are segmentation offload and its receiving twin; GSO ends when the system refuses a train.
	GSO, GRO bool
	// Batch is several messages a call, Stamps are the kernel's receive stamps, ECN and DSCP that the fields of the IP
	// header are read and written.
	Batch, Stamps, ECN, DSCP bool
}

// Socket is one UDP port. Send and the Driver's reads belong to the pump; Stats, Warning, Features and LocalAddr are
// safe for concurrent use.
type Socket struct {
	conn    pion.UDPConn  // nil once upgraded
	plain   *plainSocket  // nil once upgraded
	kernel  *kernelSocket // nil on every conn that is no kernel socket of Linux
	local   netip.AddrPort
	warning string
	count   *counters
}

// Listen opens the UDP port addr ("host:port", an empty host for all addresses, port 0 for any) on n. An IPv4 host
// opens an IPv4 socket; an empty one both families where the system has both.
func Listen(n pion.Net, addr string, cfg SocketConfig) (*Socket, error) {
	if cfg.ECN > 3 {
		return nil, fmt.Errorf("listen %s: ECN field %d: want 0 to 3", addr, cfg.ECN)
	}
	local, err := n.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen %s: %w", addr, err)
	}
	network := "udp"
	if local.IP.To4() != nil {
		network = "udp4"
	}
	conn, err := n.ListenUDP(network, local)
	if err != nil {
		return nil, fmt.Errorf("listen %s: %w", addr, err)
	}
	cfg.ReceiveBuffer = orDefault(cfg.ReceiveBuffer)
	cfg.SendBuffer = orDefault(cfg.SendBuffer)
	return adopt(conn, cfg), nil
}

func orDefault(size int) int {
	if size <= 0 {
		return DefaultBuffer
	}
	return size
}

// adopt takes over conn and upgrades it where it can.
func adopt(conn pion.UDPConn, cfg SocketConfig) *Socket {
	s := &Socket{conn: conn, count: new(counters)}
	if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		s.local = unmap(a.AddrPort())
	}
	real, isReal := conn.(*net.UDPConn)
	if isReal && !cfg.Plain {
		if k := upgrade(real, cfg, s.count); k != nil {
			s.kernel, s.conn = k, nil
			s.warning = k.warning
			return s
		}
	}
	if isReal {
		// Errors leave the system's default, which is what plain I/O promises.
		_ = real.SetReadBuffer(cfg.ReceiveBuffer)
		_ = real.SetWriteBuffer(cfg.SendBuffer)
	}
	s.plain = newPlain(conn, cfg.ECN, s.count)
	return s
}

// Send puts b on the path now. It never blocks: what the system does not take is counted and gone, as on the air.
func (s *Socket) Send(b machine.Burst) {
	if b.Elided|b.LastElided != 0 {
		panic("transport: a datagram without its payload cannot be sent")
	}
	if s.kernel != nil {
		s.kernel.send(b)
		return
	}
	s.plain.send(b)
}

// LocalAddr returns the address the socket is bound to.
func (s *Socket) LocalAddr() netip.AddrPort { return s.local }

// Stats returns what passed so far.
func (s *Socket) Stats() Stats { return s.count.stats() }

// Warning says what is wrong with the socket and the remedy, such as a receive buffer that cannot hold one burst of
// frames; empty where all is well.
func (s *Socket) Warning() string { return s.warning }

// Features returns what the socket uses at present.
func (s *Socket) Features() Features {
	if s.kernel != nil {
		return s.kernel.features()
	}
	return Features{}
}

// Close frees the port. The Driver must have ended: it reads the descriptor.
func (s *Socket) Close() error {
	if s.kernel != nil {
		return s.kernel.close()
	}
	return s.conn.Close()
}

// unmap turns an IPv4 address in IPv6 clothes into plain IPv4, so that one peer has one name.
func unmap(a netip.AddrPort) netip.AddrPort {
	if a.Addr().Is4In6() {
		return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	return a
}
