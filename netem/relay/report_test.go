package relay

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"airbridge/netem"

	"github.com/google/go-cmp/cmp"
)

// sample is what a relay did in ten seconds.
func sample() *Result {
	r := &Result{Scheduling: "normal, precise timers", Stamps: true, Late: Spread{100, 30_000, 90_000, 95_000, 100_000}}
	r.Elapsed, r.Clients, r.UnderWay, r.ReceiveDrops = 10*time.Second, 2, 3, 7
	r.Ways[netem.Down] = Way{
		Received: 1003, ReceivedBytes: 1_250_000, Sent: 990, SentBytes: 1_237_500,
		Fates: [netem.Fates]uint64{netem.Arrived: 990, netem.Overflow: 6, netem.Lost: 4}, Congested: 5,
	}
	r.Delay[netem.Down] = Spread{990, 2_000_000, 9_000_000, 9_500_000, 9_999_000}
	return r
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Table(&b); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"                         down        up",
		"               received      1003         0",
		"                   sent       990         0",
		"           rate, Mbit/s      0.99      0.00",
		"       lost by the link   1.000 %   0.000 %",
		"             - overflow         6         0",
		"                 - lost         4         0",
		"       marked congested         5         0",
		" delay of the link, p50  2.000 ms  0.000 ms",
		"                    p99  9.000 ms  0.000 ms",
		"                    max  9.999 ms  0.000 ms",
		"2 clients in 10s; 3 packets still under way",
		"the relay added 0.030 ms (p50), 0.090 ms (p99); normal, precise timers",
		"7 datagrams were lost in this machine before the relay could read them",
		"",
	}
	got := strings.Split(b.String(), "\n")
	for i := range got {
		got[i] = strings.TrimRight(got[i], " ")
	}
	for i := range want {
		want[i] = strings.Join(strings.Fields(want[i]), " ")
	}
	for i := range got {
		got[i] = strings.Join(strings.Fields(got[i]), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s\n%s", diff, b.String())
	}
}

func TestTableToABrokenPipe(t *testing.T) {
	if err := sample().Table(brokenDisk{}); !errors.Is(err, errDisk) {
		t.Errorf("Table = %v, want %v", err, errDisk)
	}
}

func TestLine(t *testing.T) {
	before, now := sample().Stats, sample().Stats
	now.Elapsed += 2 * time.Second
	now.Known = 1
	now.Ways[netem.Down].SentBytes += 5_000_000
	now.Ways[netem.Down].Fates[netem.Arrived] += 97
	now.Ways[netem.Down].Fates[netem.Retries] += 3
	want := " 12 s  clients 1  down 20.0 Mbit/s, 3.00 % lost  up 0.0 Mbit/s, 0.00 % lost  under way 3"
	if got := now.Line(&before); got != want {
		t.Errorf("line %q, want %q", got, want)
	}
	if got := new(Stats).Line(new(Stats)); !strings.Contains(got, "0.0 Mbit/s") {
		t.Errorf("line of nothing: %q", got)
	}
}

// What a program reads back; what nothing passed for is null, not zero.
func TestRecord(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Record("wifi6-busy", 7).Write(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Link      string
		Seed      uint64
		DurationS float64 `json:"duration_s"`
		Down, Up  struct {
			Received  uint64
			RateMbps  float64  `json:"rate_mbps"`
			LossShare *float64 `json:"loss_share"`
			Fates     map[string]uint64
			DelayMS   *struct{ P50, P99, Max float64 } `json:"delay_ms"`
		}
		LateMS *struct{ P50 float64 } `json:"late_ms"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Link != "wifi6-busy" || got.Seed != 7 || got.DurationS != 10 || got.LateMS == nil || got.LateMS.P50 != 0.03 {
		t.Errorf("record %+v", got)
	}
	if d := got.Down; d.Received != 1003 || d.RateMbps != 0.99 || d.LossShare == nil || *d.LossShare != 0.01 || d.DelayMS == nil || d.DelayMS.P99 != 9 {
		t.Errorf("down %+v", d)
	}
	if len(got.Down.Fates) != int(netem.Fates) || got.Down.Fates["overflow"] != 6 {
		t.Errorf("fates %v, want all %d", got.Down.Fates, netem.Fates)
	}
	if got.Up.LossShare != nil || got.Up.DelayMS != nil {
		t.Errorf("up, where nothing passed: %+v; want nulls", got.Up)
	}
}
