// Package relay impairs real UDP traffic with a link model: clients send to the relay's address, the relay forwards to
// one target and back, and every datagram passes through a netem.Medium under the real clock. It is the tool for
// programs and devices that know nothing of the lab, such as a headset on a good network that shall feel a bad one.
//
// What decides is sans-I/O: the medium, the table of clients, the pool that keeps payloads while the medium has their
// packets. Around it one goroutine waits for sockets and instants. The medium is always given the exact instants: a
// datagram enters it when the kernel received it, and leaves it when the model says; how much later it really left is
// measured and reported as Late. So the time that the relay takes to wake up is not added to what the model asks for,
// as long as that is more.
//
// Clients share the medium, as stations share a link: each one is a flow of its own. DSCP and ECN of the IP header pass
// through the medium, which may act on the one and mark the other, where the system gives access to them.
package relay
