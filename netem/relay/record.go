package relay

import (
	"encoding/json"
	"io"
	"time"

	"airbridge/netem"
)

// Record is a Result for programs: one JSON object. What could not be measured, as nothing passed, is null.
type Record struct {
	// Link and Seed say what the medium was built from.
	Link string `json:"link"`
	Seed uint64 `json:"seed"`
	// DurationS is how long the relay ran.
	DurationS float64 `json:"duration_s"`
	// Clients were seen; Forgotten of them went silent.
	Clients   uint64 `json:"clients"`
	Forgotten uint64 `json:"forgotten"`
	// Down and Up are the directions.
	Down WayRecord `json:"down"`
	Up   WayRecord `json:"up"`
	// LateMS is what the relay itself added.
	LateMS *SpreadRecord `json:"late_ms"`
	// UnderWay packets had no fate yet at the end. ReceiveDrops were lost in this machine before the relay.
	UnderWay     int    `json:"under_way"`
	ReceiveDrops uint64 `json:"receive_drops"`
	// Scheduling says how the relay's thread was scheduled, Stamps whether the kernel gave the instants of arrival.
	Scheduling string `json:"scheduling"`
	Stamps     bool   `json:"stamps"`
}

// WayRecord is one direction of a Record; its counts are those of Way.
type WayRecord struct {
	Received      uint64            `json:"received"`
	ReceivedBytes uint64            `json:"received_bytes"`
	Sent          uint64            `json:"sent"`
	SentBytes     uint64            `json:"sent_bytes"`
	RateMbps      float64           `json:"rate_mbps"`
	LossShare     *float64          `json:"loss_share"`
	Fates         map[string]uint64 `json:"fates"` // by the names of netem.Fate, all of them
	Congested     uint64            `json:"congested"`
	Damaged       uint64            `json:"damaged"`
	NoRoom        uint64            `json:"no_room"`
	Strangers     uint64            `json:"strangers"`
	Orphans       uint64            `json:"orphans"`
	Refused       uint64            `json:"refused"`
	DelayMS       *SpreadRecord     `json:"delay_ms"`
}

// SpreadRecord is a Spread in milliseconds.
type SpreadRecord struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p999"`
	Max   float64 `json:"max"`
}

// Record returns the result for programs.
func (r *Result) Record(link string, seed uint64) Record {
	return Record{
		Link: link, Seed: seed, DurationS: r.Elapsed.Seconds(), Clients: r.Clients, Forgotten: r.Forgotten,
		Down: r.way(netem.Down), Up: r.way(netem.Up), LateMS: r.Late.record(), UnderWay: r.UnderWay, ReceiveDrops: r.ReceiveDrops,
		Scheduling: r.Scheduling, Stamps: r.Stamps,
	}
}

// Write writes the record as JSON on lines of its own.
func (r Record) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *Result) way(d netem.Dir) WayRecord {
	w := &r.Ways[d]
	rec := WayRecord{
		Received: w.Received, ReceivedBytes: w.ReceivedBytes, Sent: w.Sent, SentBytes: w.SentBytes,
		RateMbps: perSecond(float64(w.SentBytes)*8/1e6, r.Elapsed), Fates: make(map[string]uint64, netem.Fates),
		Congested: w.Congested, Damaged: w.Damaged, NoRoom: w.NoRoom, Strangers: w.Strangers, Orphans: w.Orphans, Refused: w.Refused,
		DelayMS: r.Delay[d].record(),
	}
	for f, n := range w.Fates {
		rec.Fates[netem.Fate(f).String()] = n
	}
	if w.outcomes() > 0 {
		rec.LossShare = new(w.LossShare())
	}
	return rec
}

func (s Spread) record() *SpreadRecord {
	if s.Count == 0 {
		return nil
	}
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	return &SpreadRecord{Count: s.Count, P50: ms(s.P50), P99: ms(s.P99), P999: ms(s.P999), Max: ms(s.Max)}
}
