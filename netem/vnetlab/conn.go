package vnetlab

import (
	"net"
	"net/netip"

	pion "github.com/pion/transport/v3"
	"github.com/pion/transport/v3/vnet"
)

// trailer is what follows every datagram: the DSCP and the ECN field, a byte each.
const trailer = 2

// tag appends the trailer.
func tag(dst, datagram []byte, dscp, ecn uint8) []byte {
	return append(append(dst, datagram...), dscp, ecn)
}

// untag takes the trailer off.
func untag(b []byte) (datagram []byte, dscp, ecn uint8, ok bool) {
	n := len(b) - trailer
	if n < 0 {
		return nil, 0, 0, false
	}
	return b[:n:n], b[n], b[n+1] & 3, true
}

// Net is a host's view of the network. Sockets that it opens carry the DSCP and ECN fields.
type Net struct{ *vnet.Net }

// ListenUDP opens a socket.
func (n *Net) ListenUDP(network string, local *net.UDPAddr) (pion.UDPConn, error) {
	c, err := n.Net.ListenUDP(network, local)
	if err != nil {
		return nil, err
	}
	return &Conn{UDPConn: c}, nil
}

// ListenPacket opens a socket.
func (n *Net) ListenPacket(network, address string) (net.PacketConn, error) {
	local, err := n.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, err
	}
	return n.ListenUDP(network, local)
}

// Conn is a socket whose datagrams carry the DSCP and ECN fields. One goroutine may write while another reads.
type Conn struct {
	pion.UDPConn
	out []byte
	to  netip.AddrPort
	dst *net.UDPAddr // to
}

// WriteTagged sends one datagram.
func (c *Conn) WriteTagged(datagram []byte, dscp, ecn uint8, to netip.AddrPort) error {
	if to != c.to || c.dst == nil {
		c.to, c.dst = to, net.UDPAddrFromAddrPort(to)
	}
	c.out = tag(c.out[:0], datagram, dscp, ecn)
	_, err := c.UDPConn.WriteTo(c.out, c.dst)
	return err
}

// ReadTagged waits for one datagram until the read deadline. Buf needs room for two bytes more than the datagram has.
func (c *Conn) ReadTagged(buf []byte) (n int, ecn uint8, from netip.AddrPort, err error) {
	n, addr, err := c.UDPConn.ReadFrom(buf)
	if err != nil {
		return 0, 0, from, err
	}
	if a, ok := addr.(*net.UDPAddr); ok {
		from = unmap(a.AddrPort())
	}
	data, _, ecn, ok := untag(buf[:n])
	if !ok {
		return 0, 0, from, nil
	}
	return len(data), ecn, from, nil
}

// WriteTo sends one datagram without marks, for code that knows of none.
func (c *Conn) WriteTo(datagram []byte, to net.Addr) (int, error) {
	a, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, net.InvalidAddrError("no UDP address")
	}
	if err := c.WriteTagged(datagram, 0, 0, unmap(a.AddrPort())); err != nil {
		return 0, err
	}
	return len(datagram), nil
}

// WriteToUDP is WriteTo.
func (c *Conn) WriteToUDP(datagram []byte, to *net.UDPAddr) (int, error) {
	return c.WriteTo(datagram, to)
}

// ReadFrom waits for one datagram, for code that knows of no marks. Buf is as that of ReadTagged.
func (c *Conn) ReadFrom(buf []byte) (int, net.Addr, error) {
	n, _, from, err := c.ReadTagged(buf)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// ReadFromUDP is ReadFrom.
func (c *Conn) ReadFromUDP(buf []byte) (int, *net.UDPAddr, error) {
	n, _, from, err := c.ReadTagged(buf)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}
