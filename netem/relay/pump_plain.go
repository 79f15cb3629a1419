package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// plainInbox is how many datagrams may wait for the loop; when it is full the readers wait, and the system drops.
	plainInbox = 1024
	// maxDatagram is the longest UDP payload there is, and one byte by which a longer read would show.
	maxDatagram = 1 << 16
	// maxFaults is how many reads in a row may fail: each is a message of a router or peer, so many mean a dead socket.
	maxFaults = 64
	// socketBuffer is asked for in each direction: it holds a burst of frames at 400 Mbit/s.
	socketBuffer = 4 << 20
)

// letter is a datagram from a reader.
type letter struct {
	from netip.AddrPort // zero for one of the target
	flow uint16
	turn uint32
	buf  *[maxDatagram]byte
	n    int
}

// plainPump uses Go's own sockets and timers: a goroutine for each socket reads, one decides and sends.
type plainPump struct {
	*relay
	listen  *net.UDPConn
	up      []*net.UDPConn // by flow
	inbox   chan letter
	fault   chan error // of the listening socket; holds one
	stop    chan struct{}
	readers sync.WaitGroup
	buffers sync.Pool // of *[maxDatagram]byte
}

func openPlain(r *relay) (pump, error) {
	conn, err := listenUDP(r.cfg.Listen)
	if err != nil {
		return nil, err
	}
	r.scheduling = "portable timers"
	return &plainPump{
		relay: r, listen: conn, up: make([]*net.UDPConn, r.cfg.Clients),
		inbox: make(chan letter, plainInbox), fault: make(chan error, 1), stop: make(chan struct{}),
		buffers: sync.Pool{New: func() any { return new([maxDatagram]byte) }},
	}, nil
}

// listenUDP opens the port that clients send to. An IPv4 host opens an IPv4 socket, an empty one both families.
func listenUDP(addr string) (*net.UDPConn, error) {
	local, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen %s: %w", addr, err)
	}
	network := "udp"
	if local.IP.To4() != nil {
		network = "udp4"
	}
	conn, err := net.ListenUDP(network, local)
	if err != nil {
		return nil, fmt.Errorf("listen %s: %w", addr, err)
	}
	enlarge(conn)
	return conn, nil
}

// enlarge asks for large buffers; where the system refuses, its default stays, and drops are counted.
func enlarge(conn *net.UDPConn) {
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
}

func (p *plainPump) addr() netip.AddrPort {
	return plainAddr(p.listen.LocalAddr().(*net.UDPAddr).AddrPort())
}

func (p *plainPump) shut() {
	_ = p.listen.Close() // again, where run has ended
}

func (p *plainPump) run(ctx context.Context) error {
	defer p.readers.Wait()
	defer p.core.end()
	defer func() { _ = p.listen.Close() }() // ends its reader
	defer close(p.stop)
	p.readers.Go(p.readClients)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(p.core.deadline().Sub(p.now()))
		select {
		case <-ctx.Done():
			return nil
		case err := <-p.fault:
			return err
		case l := <-p.inbox:
			p.take(l)
			p.takeWaiting()
		case <-timer.C:
		}
		p.core.tick(p.now())
		p.tell()
	}
}

// takeWaiting takes what else is there, so much at most that the clock is looked at in between.
func (p *plainPump) takeWaiting() {
	for range plainInbox {
		select {
		case l := <-p.inbox:
			p.take(l)
		default:
			return
		}
	}
}

func (p *plainPump) take(l letter) {
	data := l.buf[:l.n]
	if l.from.IsValid() {
		p.core.fromClient(p.now(), l.from, 0, data)
	} else if p.core.table.of(tag{l.flow, l.turn}) != nil {
		p.core.fromTarget(p.now(), l.flow, 0, data)
	}
	p.buffers.Put(l.buf)
}

func (p *plainPump) readClients() {
	err := p.read(p.listen, func(from netip.AddrPort) letter { return letter{from: plainAddr(from)} })
	if err != nil {
		p.fault <- fmt.Errorf("read %s: %w", p.addr(), err)
	}
}

// read passes on what comes in at conn until that is closed or broken.
func (p *plainPump) read(conn *net.UDPConn, label func(from netip.AddrPort) letter) error {
	for faults := 0; ; {
		buf := p.buffers.Get().(*[maxDatagram]byte)
		n, from, err := conn.ReadFromUDPAddrPort(buf[:])
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			if faults++; faults == maxFaults {
				return err
			}
			continue
		}
		faults = 0
		l := label(from)
		l.buf, l.n = buf, n
		select {
		case p.inbox <- l:
		case <-p.stop:
			return nil
		}
	}
}

func (p *plainPump) open(flow uint16, _ netip.AddrPort) error {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(p.target))
	if err != nil {
		return err
	}
	enlarge(conn)
	p.up[flow] = conn
	turn := p.core.table.tag(flow).turn
	// A target that is not there answers with errors for as long as the client lives; its reader ends with the client.
	p.readers.Go(func() {
		for p.read(conn, func(netip.AddrPort) letter { return letter{flow: flow, turn: turn} }) != nil {
		}
	})
	return nil
}

func (p *plainPump) close(flow uint16) {
	_ = p.up[flow].Close()
	p.up[flow] = nil
}

func (p *plainPump) send(d departure) bool {
	var err error
	if d.dir == 0 {
		_, err = p.listen.WriteToUDPAddrPort(d.data, d.client)
	} else {
		_, err = p.up[d.flow].Write(d.data)
	}
	if err != nil {
		return false
	}
	p.left(d.due)
	return true
}
