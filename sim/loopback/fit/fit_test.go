package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"airbridge/sim/loopback"
	"airbridge/sim/wake"

	"github.com/google/go-cmp/cmp"
)

func flat(ns int64) wake.Quantiles { return wake.Quantiles{{P: 0, NS: ns}, {P: 1, NS: ns}} }

func costs(datagram, client int64) loopback.Costs {
	return loopback.Costs{
		Datagram: []loopback.Rested{{Idle: 1, Link: flat(datagram)}}, Train: flat(5), Burst: flat(5), Streamer: flat(5), Client: flat(client),
		Wake: wake.Profile{Arrival: flat(5), Timer: flat(5)},
	}
}

// The envelope goes through the lowest and the highest at each quantile, also where the tables have other rows.
func TestEnvelope(t *testing.T) {
	a := wake.Quantiles{{P: 0, NS: 10}, {P: .5, NS: 100}, {P: 1, NS: 1000}}
	b := wake.Quantiles{{P: 0, NS: 20}, {P: .4, NS: 50}, {P: .6, NS: 50}, {P: 1, NS: 2000}}
	c := loopback.Costs{Datagram: []loopback.Rested{{Link: b}}}
	fast, slow := loopback.Costs{Datagram: []loopback.Rested{{Link: a}}}, loopback.Costs{Datagram: []loopback.Rested{{Link: a}}}
	extend(&fast, &slow, &c)
	if diff := cmp.Diff(wake.Quantiles{{P: 0, NS: 10}, {P: .5, NS: 50}, {P: 1, NS: 1000}}, fast.Datagram[0].Link); diff != "" {
		t.Errorf("fast (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wake.Quantiles{{P: 0, NS: 20}, {P: .5, NS: 100}, {P: 1, NS: 2000}}, slow.Datagram[0].Link); diff != "" {
		t.Errorf("slow (-want +got):\n%s", diff)
	}
}

// Of each kind the fastest and the slowest round are kept, whichever round that was.
func TestExtend(t *testing.T) {
	fast, slow := costs(10, 10), costs(10, 10)
	for _, c := range []loopback.Costs{costs(7, 12), costs(11, 4), costs(9, 9)} {
		extend(&fast, &slow, &c)
	}
	if diff := cmp.Diff(costs(7, 4), fast); diff != "" {
		t.Errorf("fast (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(costs(11, 12), slow); diff != "" {
		t.Errorf("slow (-want +got):\n%s", diff)
	}
}

// What is written can be built in: it reads back as it was.
func TestWrite(t *testing.T) {
	f := loopback.Fit{Provenance: provenance(config{samples: 3, rounds: 2}, "real-time"), Samples: 3, Rounds: 2, Fast: costs(1, 2), Slow: costs(3, 4)}
	path := filepath.Join(t.TempDir(), "fit.json")
	if err := write(path, f); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got loopback.Fit
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if write(filepath.Join(path, "none"), f) == nil {
		t.Error("writing into nowhere is no error")
	}
}
