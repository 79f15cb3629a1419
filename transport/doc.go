// Package transport is the swap point between the world and the cores: it pumps a machine.Machine over UDP.
//
// The only socket seam is the Net of pion/transport: stdnet on hardware, vnet in a lab. Listen takes either. A kernel
// socket of Linux is upgraded to segmentation offload, batched calls, kernel receive stamps, ECN and DSCP, feature by
// feature as far as the system has them; every other conn is read and written plainly, with deadlines.
//
// A Driver owns one Socket and one machine and runs both from one goroutine. Device goroutines hand it their events
// through a Mailbox and sleep on a Sleeper; all of them read one Clock. Nothing here decides anything.
package transport
