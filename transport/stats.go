package transport

import "sync/atomic"

// Stats counts what passed a socket since it was opened. Datagrams count singly, however many a call carried.
type Stats struct {
	// SentDatagrams and SentBytes left; SendCalls is how many system calls that took.
	SentDatagrams, SentBytes, SendCalls uint64
	// SendDrops did not leave: the send buffer was full, or the system refused them.
	SendDrops uint64
	// ReceivedDatagrams and ReceivedBytes arrived; ReceiveCalls is how many system calls that took, empty ones included.
	ReceivedDatagrams, ReceivedBytes, ReceiveCalls uint64
	// ReceiveDrops were lost before a read: the receive buffer was full. Zero where the system does not say.
	ReceiveDrops uint64
	// Truncated did not fit the buffer of a read and were dropped.
	Truncated uint64
	// Refused counts errors a peer or router reported (ICMP), which end nothing.
	Refused uint64
}

// counters are Stats while they are counted: the pump writes, anybody reads.
type counters struct {
	sentDatagrams, sentBytes, sendCalls, sendDrops            atomic.Uint64
	receivedDatagrams, receivedBytes, receiveCalls, overflown atomic.Uint64
	truncated, refused                                        atomic.Uint64
}

func (c *counters) stats() Stats {
	return Stats{
		SentDatagrams: c.sentDatagrams.Load(), SentBytes: c.sentBytes.Load(),
		SendCalls: c.sendCalls.Load(), SendDrops: c.sendDrops.Load(),
		ReceivedDatagrams: c.receivedDatagrams.Load(), ReceivedBytes: c.receivedBytes.Load(),
		ReceiveCalls: c.receiveCalls.Load(), ReceiveDrops: c.overflown.Load(),
		Truncated: c.truncated.Load(), Refused: c.refused.Load(),
	}
}

func (c *counters) sent(datagrams, bytes int) {
	c.sentDatagrams.Add(uint64(datagrams))
	c.sentBytes.Add(uint64(bytes))
}

func (c *counters) received(datagrams, bytes int) {
	c.receivedDatagrams.Add(uint64(datagrams))
	c.receivedBytes.Add(uint64(bytes))
}
