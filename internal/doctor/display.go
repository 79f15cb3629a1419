package doctor

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// displayFacts is what is known of the X server that a source x11:DISPLAY would read.
type displayFacts struct {
	// name is DISPLAY, empty where it is not set.
	name string
	// wayland says that the desktop is Wayland's.
	wayland bool
	// err is why the server does not answer.
	err error
}

// answerWithin is how long an X server may take: a local one answers at once, a forwarded one in a round trip.
const answerWithin = 2 * time.Second

func probeDisplay(ctx context.Context) displayFacts {
	f := displayFacts{name: os.Getenv("DISPLAY"), wayland: os.Getenv("WAYLAND_DISPLAY") != ""}
	if f.name == "" {
		return f
	}
	network, address, err := displayAddress(f.name)
	if err != nil {
		f.err = err
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		f.err = err
		return f
	}
	_ = conn.Close()
	return f
}

// displayAddress returns where the X server of a display name [host]:number[.screen] listens (X(7)).
func displayAddress(name string) (network, address string, err error) {
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 {
		return "", "", fmt.Errorf("display %q: want [host]:number", name)
	}
	host, rest := name[:colon], name[colon+1:]
	digits, _, _ := strings.Cut(rest, ".")
	number, err := strconv.ParseUint(digits, 10, 15)
	if err != nil {
		return "", "", fmt.Errorf("display %q: want [host]:number", name)
	}
	if host == "" || host == "unix" {
		return "unix", fmt.Sprintf("/tmp/.X11-unix/X%d", number), nil
	}
	const firstPort = 6000
	return "tcp", net.JoinHostPort(host, strconv.FormatUint(firstPort+number, 10)), nil
}

// display checks whether there is a desktop to stream.
func display(probe func(context.Context) displayFacts) Check {
	return func(ctx context.Context) []Finding { return []Finding{probe(ctx).judge()} }
}

func (f displayFacts) judge() Finding {
	got := Finding{Area: "X11 display", State: OK, Detail: f.name + " answers: source x11:" + f.name}
	switch {
	case f.name == "" && f.wayland:
		got.State, got.Detail = Absent, "the desktop is Wayland's without Xwayland; only x11 sources need one"
		got.Remedy = "log in to an X11 session, or: sudo apt-get install xwayland"
	case f.name == "":
		got.State, got.Detail = Absent, "DISPLAY is not set; only x11 sources need it"
		got.Remedy = "a display without a screen: sudo apt-get install xvfb; Xvfb :99 & export DISPLAY=:99"
	case f.err != nil:
		got.State, got.Detail = Warn, fmt.Sprintf("%s does not answer: %v", f.name, f.err)
		got.Remedy = "unset DISPLAY, or set it to the desktop's: in a terminal of the desktop, echo $DISPLAY"
	}
	return got
}
