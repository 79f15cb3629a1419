package transport

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"airbridge/machine"

	pion "github.com/pion/transport/v3"
)

// maxDatagram is the largest UDP payload of IPv4: 65,535 less 20 bytes of IP and 8 of UDP header (RFC 791, RFC 768).
const maxDatagram = 65507

// plainSocket reads and writes one datagram a call, on any conn. Owned by the pump, but for interrupt.
type plainSocket struct {
	conn     pion.UDPConn
	real     *net.UDPConn // conn, where it is one: its address calls do not allocate
	tagged   tagged       // conn, where it carries tags
	ecn      uint8        // of what is sent
	grace    time.Duration
	buf      []byte
	to       netip.AddrPort // the peer that addr spells
	addr     *net.UDPAddr
	datagram machine.Datagram
	count    *counters
}

// tagged is a conn of a lab which carries fields of the IP header beside the datagram.
type tagged interface {
	WriteTagged(datagram []byte, dscp, ecn uint8, to netip.AddrPort) error
	ReadTagged(buf []byte) (n int, ecn uint8, from netip.AddrPort, err error)
}

func newPlain(conn pion.UDPConn, ecn uint8, count *counters) *plainSocket {
	p := &plainSocket{conn: conn, ecn: ecn, buf: make([]byte, maxDatagram), count: count}
	p.tagged, _ = conn.(tagged)
	// A conn of a lab answers at once, and in virtual time the least step lets everything due at this instant arrive
	// first. Go looks at a kernel socket's deadline before it looks at the socket, so there a read needs real time.
	p.grace = 1
	if real, ok := conn.(*net.UDPConn); ok {
		p.real, p.grace = real, 50*time.Microsecond
	}
	return p
}

func (p *plainSocket) send(b machine.Burst) {
	for rest := b.Slab; len(rest) > 0 && b.Size > 0; {
		n := min(b.Size, len(rest))
		p.count.sendCalls.Add(1)
		if err := p.write(rest[:n], b); err != nil {
			p.count.sendDrops.Add(1)
		} else {
			p.count.sent(1, n)
		}
		rest = rest[n:]
	}
}

func (p *plainSocket) write(datagram []byte, b machine.Burst) error {
	to := b.To
	switch {
	case p.real != nil:
		_, err := p.real.WriteToUDPAddrPort(datagram, to)
		return err
	case p.tagged != nil:
		return p.tagged.WriteTagged(datagram, b.DSCP, p.ecn, to)
	}
	if to != p.to || p.addr == nil {
		p.to, p.addr = to, net.UDPAddrFromAddrPort(to)
	}
	_, err := p.conn.WriteTo(datagram, p.addr)
	return err
}

// read waits for one datagram until the deadline set on the conn. A deadline that passed is os.ErrDeadlineExceeded or
// another timeout.
func (p *plainSocket) read() (data []byte, from netip.AddrPort, err error) {
	p.count.receiveCalls.Add(1)
	var n int
	p.datagram.ECN = 0
	switch {
	case p.real != nil:
		n, from, err = p.real.ReadFromUDPAddrPort(p.buf)
	case p.tagged != nil:
		n, p.datagram.ECN, from, err = p.tagged.ReadTagged(p.buf)
	default:
		var addr net.Addr
		n, addr, err = p.conn.ReadFrom(p.buf)
		if a, ok := addr.(*net.UDPAddr); ok {
			from = a.AddrPort()
		}
	}
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	p.count.received(1, n)
	return p.buf[:n], unmap(from), nil
}

// interrupt ends a read that waits, and the next one where none does.
func (p *plainSocket) interrupt() {
	_ = p.conn.SetReadDeadline(time.Unix(1, 0))
}

// isTimeout tells a deadline that passed from a fault.
func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}
