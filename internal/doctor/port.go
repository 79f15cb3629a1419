package doctor

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// DefaultPort is the UDP port of a session.
const DefaultPort = 9944

// portFacts is the answer to opening a UDP port.
type portFacts struct {
	err error
	// holder is the program that has the port, empty where it cannot be told.
	holder string
}

func probePort(_ context.Context, port int) portFacts {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
	if err == nil {
		_ = conn.Close()
		return portFacts{}
	}
	return portFacts{err: err, holder: holderOf(os.DirFS("/proc"), port)}
}

// port checks that a streamer could listen.
func port(number int, probe func(context.Context, int) portFacts) Check {
	return func(ctx context.Context) []Finding {
		return []Finding{probe(ctx, number).judge(number)}
	}
}

func (f portFacts) judge(number int) Finding {
	got := Finding{Area: fmt.Sprintf("UDP port %d", number), State: OK, Detail: "free"}
	another := "give serve another port: --listen 127.0.0.1:" + strconv.Itoa(number+1)
	switch {
	case f.err == nil:
	case errors.Is(f.err, syscall.EADDRINUSE) && f.holder != "":
		got.State, got.Detail = Warn, "held by "+f.holder
		got.Remedy = "end it, or " + another
	case errors.Is(f.err, syscall.EADDRINUSE):
		got.State, got.Detail = Warn, "held by a program of another user"
		got.Remedy = fmt.Sprintf("sudo ss -ulpn 'sport = :%d' says which; or %s", number, another)
	default:
		got.State, got.Detail = Warn, f.err.Error()
		got.Remedy = another
	}
	return got
}

// holderOf looks through proc, a view of /proc, for the program which has the UDP port.
func holderOf(proc fs.FS, port int) string {
	for _, table := range []string{"net/udp", "net/udp6"} {
		text, err := fs.ReadFile(proc, table)
		if err != nil {
			continue
		}
		if inode := inodeOf(text, port); inode != "" {
			if who := programWith(proc, "socket:["+inode+"]"); who != "" {
				return who
			}
		}
	}
	return ""
}

// inodeOf finds the socket bound to port in a table of sockets as proc_net_udp(5) has it: the second column is
// address:port in hexadecimal, the tenth the inode.
func inodeOf(table []byte, port int) string {
	suffix := fmt.Sprintf(":%04X", port)
	for s := bufio.NewScanner(bytes.NewReader(table)); s.Scan(); {
		columns := strings.Fields(s.Text())
		if len(columns) > 9 && strings.HasSuffix(columns[1], suffix) {
			return columns[9]
		}
	}
	return ""
}

// programWith returns the name and number of the process that has a descriptor on link.
func programWith(proc fs.FS, link string) string {
	descriptors, err := fs.Glob(proc, "[0-9]*/fd/*")
	if err != nil {
		return ""
	}
	for _, d := range descriptors {
		if to, err := fs.ReadLink(proc, d); err != nil || to != link {
			continue
		}
		process, _, _ := strings.Cut(d, "/")
		name, err := fs.ReadFile(proc, process+"/comm")
		if err != nil {
			name = []byte("a program")
		}
		return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), process)
	}
	return ""
}
