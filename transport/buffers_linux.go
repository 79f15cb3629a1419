package transport

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// burstNeed is how many bytes of receive buffer, as the kernel counts them (twice what is asked for), one burst of
// frames needs: four frames of 107 datagrams of 1,400 bytes at 2,315 counted bytes each; 212,992 hold 92.
const burstNeed = 4 * 107 * 2315

// The system's caps on what a socket may ask for, in bytes.
const (
	receiveCapFile = "/proc/sys/net/core/rmem_max"
	sendCapFile    = "/proc/sys/net/core/wmem_max"
)

// sizeBuffers asks for the buffers of cfg and returns a warning where the receive buffer is too small.
func sizeBuffers(fd int, cfg SocketConfig) string {
	resize(fd, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, cfg.SendBuffer)
	return bufferWarning(resize(fd, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, cfg.ReceiveBuffer))
}

// resize asks for a buffer of size bytes, beyond the system's cap where the process may, and returns what it got as
// the kernel counts it.
func resize(fd, force, ask, size int) int {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, ask, size) // what it yields is read back
	}
	got, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, ask)
	if err != nil {
		return 0
	}
	return got
}

// bufferWarning judges a receive buffer of got counted bytes.
func bufferWarning(got int) string {
	if got >= burstNeed {
		return ""
	}
	return fmt.Sprintf("the receive buffer holds %d datagrams of 1400 bytes, one burst of frames needs %d, so video will "+
		"be lost in this machine; remedy: sysctl -w net.core.rmem_max=%d", got/2315, burstNeed/2315, DefaultBuffer)
}

// readCap reads one of the caps; zero where it cannot.
func readCap(file string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return n
}
