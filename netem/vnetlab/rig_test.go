package vnetlab_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"airbridge/netem"
	"airbridge/netem/vnetlab"
)

// judge is a medium that does with each packet what a test says: it comes out after a delay as often and as it is returned,
// with a record of every copy before.
type judge struct {
	delay time.Duration
	say   func(p netem.Packet) []netem.Packet // nil passes everything
	under []flight
	seen  []netem.Packet
	at    []netem.True
	back  int // how often time ran backwards
	last  netem.True
}

func (j *judge) tell(now netem.True) {
	if now < j.last {
		j.back++
	}
	j.last = now
}

func (j *judge) Admit(now netem.True, train []netem.Packet) {
	j.tell(now)
	if j.Next() <= now {
		j.back++ // something due was not delivered first
	}
	for _, p := range train {
		j.seen, j.at = append(j.seen, p), append(j.at, now)
		out := []netem.Packet{p}
		if j.say != nil {
			out = j.say(p)
		}
		for range out[1:] {
			record := p
			record.Fate = netem.Doubled
			j.under = append(j.under, flight{now.Add(j.delay), record})
		}
		for _, o := range out {
			j.under = append(j.under, flight{now.Add(j.delay), o})
		}
	}
}

func (j *judge) Next() netem.True {
	if len(j.under) == 0 {
		return netem.Never
	}
	return j.under[0].at
}

func (j *judge) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	j.tell(now)
	for len(j.under) > 0 && j.under[0].at <= now {
		into = append(into, j.under[0].p)
		j.under = j.under[1:]
	}
	return into
}

// ends are two hosts of a network with a socket each, in a bubble.
type ends struct {
	t        *testing.T
	network  *vnetlab.Network
	down, up *vnetlab.Conn // of the streamer, of the client
}

func connect(t *testing.T, cfg vnetlab.Config) *ends {
	t.Helper()
	cfg.Hosts = []vnetlab.Host{{Addr: addrs[0].Addr(), Flow: 3, Dir: netem.Down}, {Addr: addrs[1].Addr(), Flow: 4, Dir: netem.Up}}
	n, err := vnetlab.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	e := &ends{t: t, network: n}
	e.down, e.up = e.socket(addrs[0]), e.socket(addrs[1])
	return e
}

func (e *ends) socket(at netip.AddrPort) *vnetlab.Conn {
	e.t.Helper()
	c, err := e.network.Net(at.Addr()).ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		e.t.Fatal(err)
	}
	return c.(*vnetlab.Conn)
}

func (e *ends) close() {
	e.t.Helper()
	if err := errors.Join(e.network.Close(), e.down.Close(), e.up.Close()); err != nil {
		e.t.Error(err)
	}
}

// heard is a datagram as it was read.
type heard struct {
	Text  string
	ECN   uint8
	From  netip.AddrPort
	After time.Duration
}

// listen reads until nothing comes for a while.
func (e *ends) listen(c *vnetlab.Conn, start time.Time, patience time.Duration) (list []heard) {
	e.t.Helper()
	buf := make([]byte, 2000)
	for {
		if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
			e.t.Fatal(err)
		}
		n, ecn, from, err := c.ReadTagged(buf)
		if err != nil {
			var late net.Error
			if !errors.As(err, &late) || !late.Timeout() {
				e.t.Fatal(err)
			}
			return list
		}
		list = append(list, heard{string(buf[:n]), ecn, from, time.Since(start)})
	}
}

// bubble runs a test in virtual time, at whose end no goroutine may be left.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}
