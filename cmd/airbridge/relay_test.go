package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"airbridge/netem/relay"
)

func TestWrongArgumentsOfRelay(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.yaml")
	if err := os.WriteFile(broken, []byte("both:\n  delay: -5ms\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const ends = "relay --listen 127.0.0.1:0 --to 127.0.0.1:9944 "
	for _, c := range []struct {
		args string
		want []string
	}{
		{"relay", []string{"--listen", "--to", "--link"}},
		{"relay --listen here --to 127.0.0.1:9944 --link usb", []string{"--listen", `"here"`, "HOST:PORT"}},
		{"relay --listen 127.0.0.1:0 --to there --link usb", []string{"--to", `"there"`, "HOST:PORT"}},
		{"relay --listen 127.0.0.1:0 --to 127.0.0.1:0 --link usb", []string{"--to", `"0"`, "1 to 65535"}},
		{"relay --listen 127.0.0.1:70000 --to 127.0.0.1:1 --link usb", []string{"--listen", `"70000"`, "0 to 65535"}},
		{ends + "--link wifi6-buzy", []string{"--link", "wifi6-buzy", "wifi6-busy"}},
		{ends + "--link /nowhere/link.yaml", []string{"--link", "/nowhere/link.yaml"}},
		{ends + "--link " + broken, []string{"--link", broken + ":2", "delay"}},
		{ends + "--link usb --duration 20", []string{"--duration", "20s"}},
		{ends + "--link usb --duration=-1s", []string{"--duration -1s"}},
		{ends + "--link usb --seed x", []string{"--seed", `"x"`, "whole number"}},
	} {
		code, out, errOut := airbridge(t, strings.Fields(c.args)...)
		if code != exitUsage || out != "" || strings.Count(errOut, "\n") != 1 || !strings.HasPrefix(errOut, "airbridge: ") {
			t.Errorf("%s: exit code %d, output %q, error %q; want %d and one line", c.args, code, out, errOut, exitUsage)
		}
		for _, want := range c.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q does not say %q", c.args, errOut, want)
			}
		}
	}
}

func TestFailuresOfRelay(t *testing.T) {
	taken, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	nowhere := filepath.Join(t.TempDir(), "nowhere", "file")
	const ends = "relay --link usb --to 127.0.0.1:9944 --listen "
	for _, c := range []struct {
		args string
		want []string
	}{
		{ends + taken.LocalAddr().String(), []string{taken.LocalAddr().String(), "in use"}},
		{ends + "127.0.0.1:9944", []string{"the target is the relay itself"}},
		{ends + "127.0.0.1:0 --json " + nowhere, []string{"--json", nowhere}},
		{ends + "127.0.0.1:0 --pcap " + nowhere, []string{"--pcap", nowhere}},
	} {
		code, out, errOut := airbridge(t, strings.Fields(c.args)...)
		if code != exitFault || strings.Count(errOut, "\n") != 1 || out != "" {
			t.Errorf("%s: exit code %d, output %q, error %q; want %d and one line", c.args, code, out, errOut, exitFault)
		}
		for _, want := range c.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q does not say %q", c.args, errOut, want)
			}
		}
	}
}

func TestHelpOfRelay(t *testing.T) {
	code, out, errOut := airbridge(t, "relay", "--help")
	for _, want := range []string{"--listen", "--to", "--link", "--seed", "--duration", "--json", "--pcap", "Examples:", "airbridge relay --listen"} {
		if !strings.Contains(out, want) {
			t.Errorf("the help does not say %q", want)
		}
	}
	if code != exitOK || errOut != "" {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}

// relayed runs the program between a client and an echo, and hands the client over; the relay ends when f returns.
func relayed(t *testing.T, args []string, f func(client *net.UDPConn)) (code int, out, errOut string) {
	t.Helper()
	echo, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	echoed := make(chan struct{})
	go func() {
		defer close(echoed)
		b := make([]byte, 2000)
		for {
			n, from, err := echo.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			_, _ = echo.WriteToUDPAddrPort(b[:n], from)
		}
	}()
	defer func() {
		_ = echo.Close()
		<-echoed
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var stdout bytes.Buffer
	stderr := &addressed{found: make(chan string, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		args := append([]string{"relay", "--listen", "127.0.0.1:0", "--to", echo.LocalAddr().String()}, args...)
		code = run(ctx, args, &stdout, stderr)
	}()
	select {
	case addr := <-stderr.found:
		client, err := net.Dial("udp4", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		f(client.(*net.UDPConn))
		cancel()
		<-ended
	case <-ended:
	}
	return code, stdout.String(), stderr.text.String()
}

// addressed is standard error that looks for the address in the relay's first line.
type addressed struct {
	text  bytes.Buffer
	found chan string
}

var relayingLine = regexp.MustCompile(`relaying (\S+) to`)

func (a *addressed) Write(b []byte) (int, error) {
	if m := relayingLine.FindSubmatch(b); m != nil {
		a.found <- string(m[1])
	}
	return a.text.Write(b)
}

// exchange sends n datagrams one by one and returns how many came back.
func exchange(t *testing.T, client *net.UDPConn, n int) (back int) {
	t.Helper()
	b := make([]byte, 2000)
	for i := range n {
		if _, err := fmt.Fprintf(client, "datagram %d", i); err != nil {
			t.Fatal(err)
		}
		if err := client.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Read(b); err == nil {
			back++
		}
	}
	return back
}

// A user's own link delays what passes; the record, the capture and the table say so.
func TestRelayOverALinkFile(t *testing.T) {
	dir := t.TempDir()
	link, capture, record := filepath.Join(dir, "far.yaml"), filepath.Join(dir, "far.pcapng"), filepath.Join(dir, "far.json")
	if err := os.WriteFile(link, []byte("description: far away\nboth:\n  delay: 15ms\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	code, out, errOut := relayed(t, []string{"--link", link, "--seed", "5", "--json", record, "--pcap", capture}, func(client *net.UDPConn) {
		if n := exchange(t, client, 10); n != 10 {
			t.Errorf("%d of 10 came back over a link that loses nothing", n)
		}
	})
	if took := time.Since(began); took < 10*2*15*time.Millisecond {
		t.Errorf("ten round trips of 30 ms took %v", took)
	}
	if code != exitOK || !strings.Contains(errOut, "over "+link+", seed 5; Ctrl-C ends") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	for _, want := range []string{"received", "lost by the link", "15.000 ms", "1 clients", "the relay added"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table does not say %q:\n%s", want, out)
		}
	}
	var got relay.Record
	text, err := os.ReadFile(record)
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil || got.Link != link || got.Seed != 5 || got.Down.Sent != 10 || got.Up.Sent != 10 || got.Up.DelayMS.Max != 15 {
		t.Errorf("record %+v, %v", got, err)
	}
	// 40 packets of 38 to 128 bytes, and three interfaces.
	if info, err := os.Stat(capture); err != nil || info.Size() < 40*(28+10+32) {
		t.Errorf("the capture is %v, %v", info, err)
	}
}

// With --json - the record takes the table's place, and --duration ends the relay in order.
func TestRelayEndsByItself(t *testing.T) {
	code, out, errOut := airbridge(t, "relay", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", "--link", "ethernet",
		"--duration", "50ms", "--json", "-")
	var got relay.Record
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitOK {
		t.Fatalf("exit code %d, %q, %v in %q", code, errOut, err, out)
	}
	if got.Link != "ethernet" || got.DurationS <= 0 || got.Down.LossShare != nil || got.LateMS != nil {
		t.Errorf("record %+v, want a moment in which nothing passed", got)
	}
}
