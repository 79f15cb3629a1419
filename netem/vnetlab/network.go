// Package vnetlab puts a netem.Medium between UDP sockets of pion's virtual network, using its public interface only: in a
// bubble of virtual time, where it proves that the event lab tells the truth about the real UDP shells, or in real time.
//
// There is a LAN for each side. A filter on each LAN's router takes every datagram that a host sends; the medium decides
// when it arrives and whether; then a shadow of the sender on the other LAN sends it once more, from the original address.
// Endpoints see nothing of this; only those of one side do not hear each other. What vnet cannot carry, the DSCP and ECN fields, travels in a trailer of each datagram.
//
// Of vnet's own impairments none is used: its jitter sleeps with a lock held, and its token bucket and its delay lose packets.
package vnetlab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"airbridge/netem"

	"github.com/pion/logging"
	"github.com/pion/transport/v3/vnet"
)

// Config is what a network is made of.
type Config struct {
	// Medium is what lies between the two LANs. Required; the network owns it from now on.
	Medium netem.Medium
	// Start is the instant zero of the medium's time, not in the future. Default: when New is called.
	Start time.Time
	// Step is the grain of time: packets sent within one step are admitted together, in the order of their hosts, and what
	// arrives does so at the beginning of a step. Zero, for real time, has no grain.
	Step time.Duration
	// Hosts are the addresses of the hosts; each is on the LAN of its direction. At most one host an address.
	Hosts []Host
}

// Host is one host of the network.
type Host struct {
	// Addr is its IPv4 address.
	Addr netip.Addr
	// Flow and Dir stand in the packets it sends.
	Flow uint16
	Dir  netem.Dir
}

// Network is two LANs with a medium between them. It is safe for concurrent use.
type Network struct {
	cfg     Config
	routers [netem.Dirs]*vnet.Router
	hosts   []*host
	stop    chan struct{}
	wake    chan struct{}
	done    sync.WaitGroup
	close   sync.Once
	closed  error // what Close returns

	mu   sync.Mutex
	sent bool // something waits in an outbox

	pump pump
}

// host is a host, its net, its shadow on the other side, and what it has sent.
type host struct {
	Host
	net    *vnet.Net
	shadow *vnet.Net
	conns  map[uint16]net.PacketConn // of the shadow, by port; the pump's
	outbox []parcel                  // under Network.mu
}

// parcel is a datagram under way.
type parcel struct {
	packet   netem.Packet
	host     *host // that sent it
	data     []byte
	from, to netip.AddrPort
	copies   int
}

// Validate returns everything that is wrong with the configuration.
func (c Config) Validate() error {
	var faults []error
	if c.Medium == nil {
		faults = append(faults, errors.New("medium: missing"))
	}
	if c.Step < 0 {
		faults = append(faults, fmt.Errorf("step %v: want 0 or more", c.Step))
	}
	known := map[netip.Addr]bool{}
	for i, h := range c.Hosts {
		switch {
		case !h.Addr.Is4():
			faults = append(faults, fmt.Errorf("host %d: address %v: want one of IPv4", i, h.Addr))
		case known[h.Addr]:
			faults = append(faults, fmt.Errorf("host %d: address %v: there is one already", i, h.Addr))
		case h.Dir >= netem.Dirs:
			faults = append(faults, fmt.Errorf("host %d: direction %d: want down or up", i, h.Dir))
		}
		known[h.Addr] = true
	}
	return errors.Join(faults...)
}

// New builds and starts a network. Close it.
func New(cfg Config) (*Network, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("virtual network: %w", err)
	}
	if cfg.Start.IsZero() {
		cfg.Start = time.Now()
	}
	n := &Network{cfg: cfg, stop: make(chan struct{}), wake: make(chan struct{}, 1)}
	n.pump.network = n
	for d := range n.routers {
		r, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "0.0.0.0/0", LoggerFactory: logging.NewDefaultLoggerFactory()})
		if err != nil {
			return nil, fmt.Errorf("virtual network: %w", err)
		}
		r.AddChunkFilter(func(c vnet.Chunk) bool { return n.intercept(netem.Dir(d), c) })
		n.routers[d] = r
	}
	for _, h := range cfg.Hosts {
		if err := n.add(h); err != nil {
			return nil, fmt.Errorf("virtual network: host %s: %w", h.Addr, err)
		}
	}
	n.done.Go(n.pump.run)
	for _, r := range n.routers {
		if err := r.Start(); err != nil {
			return nil, fmt.Errorf("virtual network: %w", errors.Join(err, n.Close()))
		}
	}
	return n, nil
}

// add puts a host on its LAN, and its shadow on the other.
func (n *Network) add(h Host) (err error) {
	host := &host{Host: h, conns: map[uint16]net.PacketConn{}}
	ips := []string{h.Addr.String()}
	if host.net, err = vnet.NewNet(&vnet.NetConfig{StaticIPs: ips}); err != nil {
		return err
	}
	if host.shadow, err = vnet.NewNet(&vnet.NetConfig{StaticIPs: ips}); err != nil {
		return err
	}
	near, far := n.routers[h.Dir], n.routers[netem.Up-h.Dir]
	if err := errors.Join(near.AddNet(host.net), far.AddNet(host.shadow)); err != nil {
		return err
	}
	n.hosts = append(n.hosts, host)
	return nil
}

// intercept takes what a host of a LAN sends; what its shadows send passes.
func (n *Network) intercept(d netem.Dir, c vnet.Chunk) (pass bool) {
	src, ok := c.SourceAddr().(*net.UDPAddr)
	if !ok {
		return false
	}
	from := unmap(src.AddrPort())
	for _, h := range n.hosts {
		if h.Dir == d && h.Addr == from.Addr() {
			n.take(h, from, c)
			return false
		}
	}
	return true
}

// maxOutbox bounds what a host has sent and the pump has not taken yet: a second of a very fast link. What comes then is
// dropped, as by a network card.
const maxOutbox = 1 << 17

func (n *Network) take(h *host, from netip.AddrPort, c vnet.Chunk) {
	dst, ok := c.DestinationAddr().(*net.UDPAddr)
	data, dscp, ecn, tagged := untag(c.UserData())
	if !ok || !tagged {
		return
	}
	p := parcel{
		packet: netem.Packet{
			Size: int32(len(data) + netem.Overhead), Flow: h.Flow, Dir: h.Dir, DSCP: dscp, ECN: ecn,
		},
		host: h, data: data, from: from, to: unmap(dst.AddrPort()), copies: 1,
	}
	n.mu.Lock()
	if len(h.outbox) < maxOutbox {
		h.outbox = append(h.outbox, p)
	}
	n.sent = true
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Net returns the network as the host at addr sees it, nil where there is no such host.
func (n *Network) Net(addr netip.Addr) *Net {
	for _, h := range n.hosts {
		if h.Addr == addr {
			return &Net{Net: h.net}
		}
	}
	return nil
}

// Close stops the network and waits for its pump. It returns the first thing that went wrong in it. It may be called again.
func (n *Network) Close() error {
	n.close.Do(func() {
		close(n.stop)
		n.done.Wait()
		errs := []error{n.pump.err}
		for _, r := range n.routers {
			errs = append(errs, r.Stop())
		}
		for _, h := range n.hosts {
			for _, c := range h.conns {
				errs = append(errs, c.Close())
			}
		}
		n.closed = errors.Join(errs...)
	})
	return n.closed
}

func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
