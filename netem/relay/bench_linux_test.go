package relay

import (
	"errors"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"airbridge/internal/quantile"
	"airbridge/netem"

	"golang.org/x/sys/unix"
)

// rawEcho answers on a thread of its own, past Go's poller, so that a round trip is the relay's time and the kernel's.
func rawEcho(b *testing.B) netip.AddrPort {
	fd, addr := rawSocket(b)
	var done sync.WaitGroup
	var stop atomic.Bool
	done.Go(func() {
		runtime.LockOSThread()
		buf := make([]byte, 2000)
		for !stop.Load() {
			if n, from, err := unix.Recvfrom(fd, buf, 0); err == nil {
				_ = unix.Sendto(fd, buf[:n], 0, from)
			}
		}
	})
	b.Cleanup(func() {
		stop.Store(true)
		done.Wait()
		_ = unix.Close(fd)
	})
	return addr
}

// rawSocket opens a socket of the loopback interface whose reads block, for a second at most.
func rawSocket(b *testing.B) (fd int, addr netip.AddrPort) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		b.Fatal(err)
	}
	err = errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}))
	name, nameErr := unix.Getsockname(fd)
	if err = errors.Join(err, nameErr); err != nil {
		b.Fatal(err)
	}
	return fd, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(name.(*unix.SockaddrInet4).Port))
}

// rawDial returns a socket that is connected to an address.
func rawDial(b *testing.B, to netip.AddrPort) int {
	fd, _ := rawSocket(b)
	b.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}); err != nil {
		b.Fatal(err)
	}
	return fd
}

func rawTrip(b *testing.B, fd int, data, answer []byte) time.Duration {
	began := time.Now()
	if _, err := unix.Write(fd, data); err != nil {
		b.Fatal(err)
	}
	_, err := unix.Read(fd, answer)
	for err == unix.EINTR {
		_, err = unix.Read(fd, answer)
	}
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// BenchmarkAddedDelay shows what a relay with a perfect link adds to a round trip through an echo: late is by the relay's
// own account, from the kernel's stamp to the send; extra is the difference to the round trip without a relay, halved.
func BenchmarkAddedDelay(b *testing.B) {
	for _, c := range []struct {
		name string
		cfg  Config
	}{
		{"realtime", Config{Realtime: true}}, {"normal", Config{}}, {"plain", Config{Plain: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := rawEcho(b)
			c.cfg.To, c.cfg.Medium = e.String(), new(netem.Pass)
			r := start(b, c.cfg)
			through, direct := rawDial(b, r.addr), rawDial(b, e)
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var with, without quantile.Histogram[time.Duration]
			data, answer := make([]byte, 1400), make([]byte, 2000)
			for b.Loop() {
				time.Sleep(500 * time.Microsecond)
				with.Record(rawTrip(b, through, data, answer))
				time.Sleep(500 * time.Microsecond)
				without.Record(rawTrip(b, direct, data, answer))
			}
			late := r.stop(b).Late
			b.ReportMetric(float64(late.P50)/1e3, "late-p50-µs")
			b.ReportMetric(float64(late.P99)/1e3, "late-p99-µs")
			b.ReportMetric(float64(late.Max)/1e3, "late-max-µs")
			for name, p := range map[string]float64{"extra-p50-µs": 0.5, "extra-p99-µs": 0.99} {
				x, _ := with.Quantile(p)
				y, _ := without.Quantile(p)
				b.ReportMetric(float64(x-y)/2e3, name)
			}
			b.ReportMetric(0, "ns/op") // which is mostly sleep
		})
	}
}

// BenchmarkTimedRelease shows how late datagrams leave when the link delays them: what the timers are worth.
func BenchmarkTimedRelease(b *testing.B) {
	for _, c := range []struct {
		name string
		cfg  Config
	}{
		{"realtime", Config{Realtime: true}}, {"normal", Config{}}, {"plain", Config{Plain: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.cfg.To, c.cfg.Medium = rawEcho(b).String(), &testLink{delay: 3 * time.Millisecond}
			r := start(b, c.cfg)
			fd := rawDial(b, r.addr)
			data, answer := make([]byte, 1400), make([]byte, 2000)
			for b.Loop() {
				rawTrip(b, fd, data, answer)
			}
			late := r.stop(b).Late
			b.ReportMetric(float64(late.P50)/1e3, "late-p50-µs")
			b.ReportMetric(float64(late.P99)/1e3, "late-p99-µs")
			b.ReportMetric(float64(late.Max)/1e3, "late-max-µs")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkThroughput shows how many datagrams a second go through, 1400 bytes each, sent as fast as they come back.
func BenchmarkThroughput(b *testing.B) {
	r := start(b, Config{To: newEcho(b, "udp4", "127.0.0.1:0").addr(), Medium: new(netem.Pass), Realtime: true})
	conn := dial(b, r.addr)
	data, answer := make([]byte, 1400), make([]byte, 2000)
	const window = 64
	for range window {
		_, _ = conn.Write(data)
	}
	b.ReportAllocs()
	began := time.Now()
	for b.Loop() {
		if _, err := conn.Read(answer); err != nil {
			b.Fatal(err)
		}
		_, _ = conn.Write(data)
	}
	b.ReportMetric(2*float64(b.N)/time.Since(began).Seconds(), "datagrams/s")
}
