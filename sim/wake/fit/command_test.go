package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/wake"
	"airbridge/units"
)

// An interrupt ends every role at once, and a measurement that was cut short is no fit.
func TestEveryRoleEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := run(ctx, config{role: roleBurn}); err != nil {
		t.Errorf("burning: %v", err)
	}
	pump, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pump.Close()
	if err := run(ctx, config{role: roleSend, to: pump.LocalAddr().String(), samples: 1_000_000}); err != nil {
		t.Errorf("sending: %v", err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("receive stamps are of Linux")
	}
	if err := run(ctx, config{samples: 10, rounds: 1, out: "-"}); err == nil || !strings.Contains(err.Error(), "quiet: timers: ") {
		t.Errorf("measuring: %v, want it to say what was interrupted", err)
	}
}

func TestASenderNeedsAnAddress(t *testing.T) {
	if err := send(t.Context(), "nowhere", 1); err == nil {
		t.Error("sending to nowhere is no error")
	}
}

func TestASenderSendsWhatIsAskedFor(t *testing.T) {
	pump, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pump.Close()
	if err := send(t.Context(), pump.LocalAddr().String(), 5); err != nil {
		t.Fatal(err)
	}
	_ = pump.SetReadDeadline(time.Now().Add(20 * time.Second))
	b := make([]byte, 2000)
	for i := range 5 {
		if n, _, err := pump.ReadFrom(b); err != nil || n != 1200 {
			t.Fatalf("datagram %d: %d bytes, %v", i, n, err)
		}
	}
}

// A recorder stops at what it wants, and tells once.
func TestARecorderTakesWhatItWants(t *testing.T) {
	ends := 0
	r := recorder{want: 2, done: func() { ends++ }}
	for i := range 2 {
		if ends != 0 {
			t.Fatalf("ended after %d", i)
		}
		r.take(time.Duration(i))
	}
	if ends != 1 || len(r.taken) != 2 {
		t.Errorf("ended %d times with %v", ends, r.taken)
	}
	r.take(9)
	if len(r.taken) != 2 {
		t.Errorf("took %v", r.taken)
	}
}

// The machines that measure ask for nothing that would wake the pump besides.
func TestMeasuringMachinesDisturbNothing(t *testing.T) {
	a := &arrivals{recorder: recorder{want: 1, done: func() {}}}
	if a.Deadline() != units.Never {
		t.Errorf("the one that waits for datagrams has a deadline at %d", a.Deadline())
	}
	a.Tick(5, nil)
	a.Handle(7, nil, nil) // not a datagram
	if len(a.taken) != 0 {
		t.Errorf("it took %v", a.taken)
	}
	m := &timers{recorder: recorder{want: 1, done: func() {}}}
	m.Handle(5, &machine.Datagram{At: 1}, nil)
	if len(m.taken) != 0 || m.Deadline() != 0 {
		t.Errorf("the one that waits for deadlines took %v", m.taken)
	}
}

func TestTheProvenanceSaysWhatWasMeasured(t *testing.T) {
	text := provenance(config{samples: 1234, rounds: 7}, "SCHED_FIFO 1")
	for _, want := range []string{"SCHED_FIFO 1", "1234 latencies", "7 rounds", runtime.GOOS + "/" + runtime.GOARCH, "kernel receive stamp"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
}

// With - the fit goes to standard output, and nothing else does.
func TestWriteToStandardOutput(t *testing.T) {
	rd, wr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = wr
	err = write("-", wake.Fit{Samples: 5})
	os.Stdout = before
	_ = wr.Close()
	text, readErr := io.ReadAll(rd)
	var f wake.Fit
	if err := errors.Join(err, readErr, json.Unmarshal(text, &f)); err != nil || f.Samples != 5 || !strings.HasSuffix(string(text), "}\n") {
		t.Errorf("%q: %v", text, err)
	}
}

// Load ends with its context and leaves no child behind.
func TestChildrenEnd(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	c, err := child(ctx, roleBurn)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if err := c.Wait(); err == nil { // this very test, with a role that it does not know, or killed before
		t.Error("a killed child ended in peace")
	}
}
