// Package link is one end of a flow: it numbers what is sent, refuses what was received before, and keeps the peer's
// address and the session's number. It is sans-I/O and not safe for concurrent use; a core owns it.
package link

import (
	"net/netip"

	"airbridge/machine"
	"airbridge/protocol/wire"
)

// Link is one end of a session's flow. The zero value is a flow without a session.
type Link struct {
	// Peer is where datagrams go.
	Peer netip.AddrPort
	// Session is the session's number.
	Session uint32

	sent   uint64
	replay Replay
	buf    []byte
}

// Reset begins a new flow to peer: numbers start again.
func (l *Link) Reset(peer netip.AddrPort, session uint32) {
	*l = Link{Peer: peer, Session: session, buf: l.buf}
}

// Take takes the next n packet numbers and returns the first.
func (l *Link) Take(n int) uint64 {
	first := l.sent + 1
	l.sent += uint64(n)
	return first
}

// Sent returns how many packet numbers were taken.
func (l *Link) Sent() uint64 { return l.sent }

// Received returns the highest packet number received.
func (l *Link) Received() uint64 { return l.replay.Highest() }

// Begin starts a datagram of kind k; append its body to the bytes returned and pass them to Finish.
func (l *Link) Begin(k wire.Kind) []byte {
	h := wire.Header{Kind: k, Session: l.Session, Number: l.Take(1)}
	return h.Append(l.buf[:0])
}

// Finish sends the datagram that Begin started.
func (l *Link) Finish(out machine.Output, k wire.Kind, datagram []byte) {
	l.buf = datagram
	l.SendTo(out, l.Peer, k, datagram)
}

// SendTo sends one finished datagram of kind k to an address.
func (*Link) SendTo(out machine.Output, to netip.AddrPort, k wire.Kind, datagram []byte) {
	out.Send(machine.Burst{To: to, DSCP: k.DSCP(), Size: len(datagram), Slab: datagram})
}
