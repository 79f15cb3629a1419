package relay

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"airbridge/netem"
	"airbridge/transport"

	"golang.org/x/sys/unix"
)

// clientSide is the port of the listening socket; the others are flows.
const clientSide = -1

// arrival is a datagram in the inbox.
type arrival struct {
	at      netem.True
	port    int // clientSide, or the flow whose target sent it
	message int
	tos     uint8
}

// kernelPump waits for all sockets and instants on one thread, without Go's poller: a datagram wakes the thread that
// forwards it, and no other.
type kernelPump struct {
	*relay
	local    netip.AddrPort
	listen   endpoint
	up       []endpoint // by flow; descriptor -1: none
	wake     int        // an eventfd that ends a wait
	polls    []unix.PollFd
	ports    []int // what each of polls is, from the second on
	stale    bool  // polls is not what it should be
	timeout  unix.Timespec
	inbox    *inbox
	arrivals []arrival
	drained  netem.True // every socket was empty then: what comes later arrived later
	since    netem.True // of the last real wait
	sender   *unix.RawSockaddrInet6
	outbox   outbox
}

// openKernel opens the listening socket. It returns nil where the system does not let go of a descriptor.
func openKernel(r *relay) (pump, error) {
	conn, err := listenUDP(r.cfg.Listen)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // a duplicate keeps the port
	local := plainAddr(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	listen, ok := adopt(conn)
	if !ok {
		return nil, nil
	}
	wake, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		listen.shut()
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	k := &kernelPump{
		relay: r, local: local, listen: listen, up: make([]endpoint, r.cfg.Clients), wake: wake, stale: true, inbox: newInbox(),
	}
	for i := range k.up {
		k.up[i].fd = -1
	}
	r.stamps = listen.stamped
	return k, nil
}

func (k *kernelPump) addr() netip.AddrPort { return k.local }

func (k *kernelPump) shut() {
	k.listen.shut()
	_ = unix.Close(k.wake)
}

// run waits and forwards, on a thread that a Sleeper makes precise.
func (k *kernelPump) run(ctx context.Context) error {
	sleeper := transport.NewSleeper(ctx, transport.NewClock(), transport.SleeperConfig{Realtime: k.cfg.Realtime})
	defer sleeper.Release()
	k.scheduling = scheduling()
	k.cfg.Log.Info("relay began", "listen", k.local.String(), "target", k.target.String(), "scheduling", k.scheduling)
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		_, _ = unix.Write(k.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	})
	defer func() {
		if !stop() {
			<-woken
		}
	}()
	for ctx.Err() == nil {
		if err := k.wait(); err != nil {
			return err
		}
		if err := k.receive(); err != nil {
			return err
		}
		k.core.tick(k.now())
		k.tell()
		k.breathe()
	}
	return nil
}

// receive reads what is there, at most an inbox of it, and hands it to the core in order of arrival. The first socket to
// be read changes from turn to turn, so that none can keep the others out.
func (k *kernelPump) receive() error {
	before := k.now()
	k.inbox.reset()
	k.arrivals = k.arrivals[:0]
	full := false
	first := int(before>>10) % (len(k.polls) - 1)
	for i := range len(k.polls) - 1 {
		at := 1 + (first+i)%(len(k.polls)-1)
		if k.polls[at].Revents == 0 {
			continue
		}
		more, err := k.read(k.ports[at])
		if err != nil {
			return err
		}
		full = full || more
	}
	k.stamp()
	for _, a := range k.arrivals {
		k.hand(a)
	}
	if !full {
		k.drained = before
	}
	return nil
}

// read reads one socket; more says that it may hold more.
func (k *kernelPump) read(port int) (more bool, err error) {
	e := &k.listen
	if port != clientSide {
		e = &k.up[port]
	}
	first := k.inbox.used
	n, err := k.inbox.fill(e.fd)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", k.local, err)
	}
	for i := first; i < first+n; i++ {
		k.arrivals = append(k.arrivals, arrival{port: port, message: i})
	}
	return k.inbox.used == inboxSize, nil
}

// stamp sets when the datagrams arrived and puts them in that order. The kernel's stamps are of the wall clock; a step of
// that moves an instant by no more than the datagram can have waited.
func (k *kernelPump) stamp() {
	t := time.Now()
	now := netem.True(t.Sub(k.start))
	skew := t.UnixNano() - int64(now)
	for i := range k.arrivals {
		a := &k.arrivals[i]
		c := k.inbox.control(a.message)
		a.at, a.tos = now, c.tos
		if c.wall != 0 {
			a.at = min(max(netem.True(c.wall-skew), k.drained), now)
		}
		if c.overflow != 0 {
			k.drops += k.endpoint(a.port).dropped(c.overflow)
		}
	}
	slices.SortStableFunc(k.arrivals, func(x, y arrival) int { return cmp.Compare(x.at, y.at) })
}

func (k *kernelPump) endpoint(port int) *endpoint {
	if port == clientSide {
		return &k.listen
	}
	return &k.up[port]
}

func (k *kernelPump) hand(a arrival) {
	data, whole := k.inbox.data(a.message)
	if !whole {
		return // longer than any UDP datagram
	}
	if a.port == clientSide {
		k.sender = k.inbox.name(a.message)
		k.core.fromClient(a.at, getAddress(k.sender), a.tos, data)
		return
	}
	k.core.fromTarget(a.at, uint16(a.port), a.tos, data)
}

// open is called while a datagram of the client is handed over, whose raw address is where answers go.
func (k *kernelPump) open(flow uint16, _ netip.AddrPort) error {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(k.target))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	enlarge(conn)
	e, ok := adopt(conn)
	if !ok {
		return unix.EMFILE
	}
	e.client = *k.sender
	k.up[flow], k.stale = e, true
	return nil
}

func (k *kernelPump) close(flow uint16) {
	k.up[flow].shut()
	k.up[flow].fd, k.stale = -1, true
}

func (k *kernelPump) send(d departure) bool {
	up := &k.up[d.flow]
	ok := false
	if d.dir == netem.Down {
		ok = k.outbox.send(k.listen.fd, &up.client, d.client.Addr().Is4(), d)
	} else {
		ok = k.outbox.send(up.fd, nil, k.target.Addr().Is4(), d)
	}
	if ok {
		k.left(d.due)
	}
	return ok
}
