package relay

import (
	"context"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// TestMain gives the runtime what a program with a relay gives it; see package transport.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(8, 2*runtime.NumCPU()))
	os.Exit(m.Run())
}

// echo is a target that sends back what it gets.
type echo struct {
	conn *net.UDPConn
	done sync.WaitGroup
}

func newEcho(t testing.TB, network, addr string) *echo {
	t.Helper()
	local, err := net.ResolveUDPAddr(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP(network, local)
	if err != nil {
		t.Skipf("no %s here: %v", network, err)
	}
	e := &echo{conn: conn}
	_ = conn.SetReadBuffer(socketBuffer)
	e.done.Go(func() {
		b := make([]byte, maxDatagram)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			_, _ = conn.WriteToUDPAddrPort(b[:n], from)
		}
	})
	t.Cleanup(e.stop)
	return e
}

func (e *echo) stop() {
	_ = e.conn.Close()
	e.done.Wait()
}

func (e *echo) addr() string { return e.conn.LocalAddr().String() }

// rig is a relay that runs.
type rig struct {
	addr   netip.AddrPort
	cancel context.CancelFunc
	done   chan struct{}
	res    *Result
	err    error
}

// start runs a relay to an address until stop.
func start(t testing.TB, cfg Config) *rig {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready := make(chan netip.AddrPort, 1)
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	cfg.Ready = func(a netip.AddrPort) { ready <- a }
	r := &rig{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.res, r.err = Run(ctx, cfg)
	}()
	select {
	case r.addr = <-ready:
	case <-r.done:
		cancel()
		t.Fatalf("the relay did not begin: %v", r.err)
	}
	t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

// stop ends the relay and returns what it did.
func (r *rig) stop(t testing.TB) *Result {
	t.Helper()
	r.cancel()
	<-r.done
	if r.err != nil {
		t.Fatalf("the relay ended with %v", r.err)
	}
	return r.res
}

// dial returns a client of an address.
func dial(t testing.TB, to netip.AddrPort) *net.UDPConn {
	t.Helper()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadBuffer(socketBuffer)
	return conn
}

// patience is how long a test waits for a datagram that must come; where it may be lost, quiet is enough.
const (
	patience = 10 * time.Second
	quiet    = 300 * time.Millisecond
)

// receive reads one datagram, nil where none comes.
func receive(t testing.TB, conn *net.UDPConn, wait time.Duration) []byte {
	t.Helper()
	b := make([]byte, maxDatagram)
	if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Read(b)
	if err != nil {
		return nil
	}
	return b[:n]
}
