package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSimBench(t *testing.T) {
	file := filepath.Join(t.TempDir(), "b.json")
	code, out, errOut := airbridge(t, "sim", "bench", "--duration", "4s", "--rounds", "1", "--json", file)
	for _, want := range []string{"wifi6-busy, 72M, one core", "trace hash", "3 simulated seconds", "times real time", "packets a second", "ns a packet", "allocations a packet"} {
		if !strings.Contains(out, want) {
			t.Errorf("the figures do not say %q:\n%s", want, out)
		}
	}
	if code != exitOK || errOut != "" {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	code, out, errOut = airbridge(t, "sim", "bench", "--duration", "4s", "--rounds", "2", "--json", "-")
	text, err := os.ReadFile(file)
	if code != exitOK || errOut != "" || err != nil {
		t.Fatalf("exit code %d, %q, %v", code, errOut, err)
	}
	var a, b benchFigures
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out), &b); err != nil {
		t.Fatal(err)
	}
	if a.TraceHash != b.TraceHash || len(a.TraceHash) != 16 || a.SimulatedS != 3 {
		t.Errorf("two benchmarks simulated %+v and %+v", a, b)
	}
	// 72 Mbit/s in datagrams of 1400 bytes are 6,600 a second with their overhead and what goes up.
	if perSecond := a.PacketsPerS / a.Speed; perSecond < 6000 || perSecond > 9000 {
		t.Errorf("%.0f packets a simulated second", perSecond)
	}
	if a.Allocations > 0.05 || a.NSPerPacket <= 0 {
		t.Errorf("%g allocations and %g ns a packet", a.Allocations, a.NSPerPacket)
	}
}

func TestAnInterruptedBenchSaysSo(t *testing.T) {
	code, out, errOut := interrupt(t, 100*time.Millisecond, "sim", "bench", "--duration", "700h")
	if code != exitFault || out != "" || errOut != "airbridge: interrupted in the first round\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
}
