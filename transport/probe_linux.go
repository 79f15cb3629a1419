package transport

import (
	"runtime"

	"airbridge/machine"

	"golang.org/x/sys/unix"
)

// measure fills in what the socket and the system say.
func (r *Report) measure(s *Socket) {
	r.ReceiveCap, r.SendCap = readCap(receiveCapFile), readCap(sendCapFile)
	if k := s.kernel; k != nil {
		r.ReceiveBuffer, _ = unix.GetsockoptInt(k.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
		r.SendBuffer, _ = unix.GetsockoptInt(k.fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
		// The option may be known and the train still refused: only sending one tells. The socket itself is the peer.
		s.Send(machine.Burst{To: s.LocalAddr(), Size: 1, Slab: make([]byte, 2)})
	}
	done := make(chan *thread)
	go func() {
		runtime.LockOSThread()
		t := enterThread(true)
		t.leave()
		done <- t
	}()
	t := <-done
	r.Realtime, r.Scheduling = t.realtime, t.scheduling
}
