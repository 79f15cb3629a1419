package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// airbridge runs the program as a user does, for at most half a minute.
func airbridge(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code = run(ctx, args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestWrongArgumentsAreNamedOnOneLine(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string // in the message: the flag, and what it takes
	}{
		{"demo --fps abc", []string{"--fps", `"abc"`, "1 to 240"}},
		{"demo --fps 0", []string{"--fps 0", "1 to 240"}},
		{"demo --fps 241", []string{"--fps 241", "1 to 240"}},
		{"demo --fps", []string{"--fps", "missing", "1 to 240"}},
		{"demo --size 100", []string{"--size", `"100"`, "WIDTHxHEIGHT", "160x128"}},
		{"demo --size 321x192", []string{"--size", "even"}},
		{"demo --size 10x10", []string{"--size", "160x128"}},
		{"demo --size", []string{"--size", "missing"}},
		{"demo --bitrate fast", []string{"--bitrate", `"fast"`, "30M"}},
		{"demo --bitrate 1k", []string{"--bitrate 1k", "100k to 1G"}},
		{"demo --bitrate 2G", []string{"--bitrate 2G", "100k to 1G"}},
		{"demo --pace 1M", []string{"--pace 1M", "at least", "30M"}},
		{"demo --encoder h265", []string{"--encoder", `"h265"`, "auto", "libx264"}},
		{"demo --duration 20", []string{"--duration", `"20"`, "20s"}},
		{"demo --duration=-1s", []string{"--duration -1s", "20s"}},
		{"demo --source camera", []string{"--source", `"camera"`, "scene, lavfi:GRAPH, file:PATH or x11:DISPLAY"}},
		{"demo --source file:", []string{"--source", "file:PATH"}},
		{"demo --source x11", []string{"--source", "x11:DISPLAY"}},
		{"demo --latency soon", []string{"--latency", `"soon"`, "fixed:8ms"}},
		{"demo --latency fixed:8", []string{"--latency", "0s to 1s"}},
		{"demo --datagram 100", []string{"--datagram 100", "512 to 8952"}},
		{"demo --slices 17", []string{"--slices 17", "1 to 16"}},
		{"demo --nope", []string{"--nope", "demo --help"}},
		{"demo extra", []string{"extra", "demo --help"}},
		{"serve --listen here", []string{"--listen", `"here"`, "HOST:PORT"}},
		{"serve --listen 127.0.0.1:x", []string{"--listen", `"x"`, "0 to 65535"}},
		{"serve --listen 127.0.0.1:70000", []string{"--listen", "0 to 65535"}},
		{"serve --duration=-1s", []string{"--duration -1s"}},
		{"serve --fps 0", []string{"--fps 0"}},
		{"view --fps 500", []string{"--fps 500", "1 to 240"}},
		{"view --wait 0s", []string{"--wait 0s", "above zero"}},
		{"view --datagram 1", []string{"--datagram 1", "512 to 8952"}},
		{"view :9944", []string{`":9944"`, "HOST:PORT"}},
		{"view 127.0.0.1:0", []string{`"127.0.0.1:0"`, "HOST:PORT"}},
		{"view 127.0.0.1:99999", []string{"99999", "HOST:PORT"}},
		{"frobnicate", []string{`unknown command "frobnicate"`, "demo, serve, view, doctor"}},
		{"--nope", []string{"--nope", "airbridge --help"}},
	} {
		code, out, errOut := airbridge(t, strings.Fields(c.args)...)
		if code != exitUsage || out != "" {
			t.Errorf("%s: exit code %d, output %q; want %d and none", c.args, code, out, exitUsage)
		}
		if strings.Count(errOut, "\n") != 1 || !strings.HasPrefix(errOut, "airbridge: ") {
			t.Errorf("%s: %q is not one line of the program's", c.args, errOut)
		}
		for _, want := range c.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q does not say %q", c.args, errOut, want)
			}
		}
	}
}

func TestServingStrangersIsRefusedWithTheReason(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:9944", ":9944", "[::]:9944", "192.168.1.20:9944", "example.org:9944"} {
		code, _, errOut := airbridge(t, "serve", "--listen", addr)
		if code != exitUsage || !strings.Contains(errOut, addr) || !strings.Contains(errOut, "--insecure") ||
			!strings.Contains(errOut, "no encryption") || strings.Count(errOut, "\n") != 1 {
			t.Errorf("serve --listen %s: exit code %d, %q", addr, code, errOut)
		}
	}
	for _, addr := range []string{"127.0.0.1:9944", "127.9.9.9:0", "localhost:9944", "[::1]:9944"} {
		if err := (&serveCommand{Listen: addr}).checkAddress(); err != nil {
			t.Errorf("%s: %v, but only this machine reaches it", addr, err)
		}
	}
	if err := (&serveCommand{Listen: "0.0.0.0:9944", Insecure: true}).checkAddress(); err != nil {
		t.Errorf("--insecure: %v", err)
	}
}

func TestHelpOfEveryCommandShowsExamples(t *testing.T) {
	for _, args := range [][]string{
		nil, {"--help"}, {"-h"}, {"demo", "--help"}, {"serve", "--help"}, {"view", "--help"}, {"doctor", "--help"}, {"version", "--help"},
	} {
		code, out, errOut := airbridge(t, args...)
		command := "airbridge demo"
		if len(args) > 1 {
			command = "airbridge " + args[0] + " "
		}
		if code != exitOK || errOut != "" {
			t.Errorf("airbridge %v: exit code %d, %q", args, code, errOut)
		}
		_, examples, found := strings.Cut(out, "Examples:")
		if !found || !strings.Contains(examples, command) {
			t.Errorf("airbridge %v: no example of %q in\n%s", args, command, out)
		}
		for line := range strings.Lines(out) {
			if n := len([]rune(strings.TrimSpace(line))); n > 120 {
				t.Errorf("airbridge %v: a line of %d characters: %s", args, n, line)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	code, out, errOut := airbridge(t, "version")
	if code != exitOK || errOut != "" || !strings.HasPrefix(out, "airbridge ") || strings.Count(out, "\n") != 1 || len(out) < 12 {
		t.Errorf("version: exit code %d, %q, %q", code, out, errOut)
	}
}

func TestFailureIsOneLineAndExitCode1(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere", "result.json")
	for _, c := range []struct {
		args string
		want []string
	}{
		{"view --wait 200ms 127.0.0.1:9", []string{"no streamer answered", "127.0.0.1:9", "200ms", "airbridge serve"}},
		{"view --duration 100ms 127.0.0.1:9", []string{"no session came about"}},
		{"demo --json " + nowhere, []string{"--json", nowhere}},
		{"serve --json " + nowhere, []string{"--json", nowhere}},
		{"demo --source file:/nonexistent.mp4", []string{"file:/nonexistent.mp4"}},
	} {
		code, out, errOut := airbridge(t, strings.Fields(c.args)...)
		if code != exitFault || strings.Count(errOut, "\n") != 1 || !strings.HasPrefix(errOut, "airbridge: ") || out != "" {
			t.Errorf("%s: exit code %d, output %q, error %q", c.args, code, out, errOut)
		}
		for _, want := range c.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q does not say %q", c.args, errOut, want)
			}
		}
	}
}

// What cannot be written is found before the run, and looking leaves no trace.
func TestCheckWritableLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	fresh, old := filepath.Join(dir, "fresh.json"), filepath.Join(dir, "old.json")
	if err := os.WriteFile(old, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fresh, old} {
		if err := checkWritable(path); err != nil {
			t.Errorf("checkWritable(%s) = %v", path, err)
		}
	}
	if _, err := os.Stat(fresh); !os.IsNotExist(err) {
		t.Errorf("looking left a file behind: %v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "precious" {
		t.Errorf("looking changed a file to %q, %v", b, err)
	}
	if err := checkWritable(dir); err == nil {
		t.Error("a folder counts as writable")
	}
}

func TestAddressOfAStreamer(t *testing.T) {
	for text, want := range map[string]string{
		"192.168.1.20":      "192.168.1.20:9944",
		"192.168.1.20:5000": "192.168.1.20:5000",
		"headset-pc":        "headset-pc:9944",
		"::1":               "[::1]:9944",
		"[::1]":             "[::1]:9944",
		"[::1]:5000":        "[::1]:5000",
		"":                  "",
		":":                 "",
		"host:":             "",
		"host:0":            "",
		"host:65536":        "",
		"host:-1":           "",
	} {
		if got, err := withPort(text); got != want || (err != nil) != (want == "") {
			t.Errorf("withPort(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"1920x1080": {1920, 1080}, "160x128": {160, 128}, "8192x8192": {8192, 8192}} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want || got.String() != text {
			t.Errorf("%s reads as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "1920", "1920x", "x1080", "1920X1080", "1921x1080", "1920x1081", "158x128", "160x126", "8194x160", "-160x128", "160x128x2"} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q reads as %v, want an error", text, got)
		}
	}
}
