package wifi

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
)

// The data rates that the standards print, in Mbit/s.
func TestDataRates(t *testing.T) {
	for _, x := range []struct {
		radio Radio
		want  float64
	}{
		{Radio{MCS: 9}, 408.3}, // HE: GI 3.2 µs
		{Radio{MCS: 11, GuardInterval: 800}, 600.5},
		{Radio{MCS: 11, GuardInterval: 1600, Streams: 2}, 1134.2},
		{Radio{MCS: 11, GuardInterval: 800, Width: 160, Streams: 2}, 2401.9},
		{Radio{MCS: MCS0, Width: 20}, 7.3},
		{Radio{MCS: 5, Width: 40}, 117},
		{Radio{Standard: VHT, MCS: 9, GuardInterval: 400}, 433.3},
		{Radio{Standard: VHT, MCS: 9, Streams: 2}, 780},
		{Radio{Standard: VHT, MCS: 8, Width: 20}, 78},
		{Radio{Standard: VHT, MCS: 7, Width: 40, Streams: 2}, 270},
	} {
		cfg := x.radio.withDefaults()
		p := newPHY(cfg)
		got := float64(p.bits[max(cfg.MCS, 0)]) / time.Duration(p.symbol).Seconds() / 1e6
		if math.Abs(got-x.want) > 0.06 {
			t.Errorf("%+v: %.2f Mbit/s, want %.1f", x.radio, got, x.want)
		}
	}
}

func TestPreambles(t *testing.T) {
	for _, x := range []struct {
		radio Radio
		want  netem.True
	}{
		{Radio{}, 44 * us},
		{Radio{Streams: 2}, 52 * us},
		{Radio{Streams: 3}, 68 * us},
		{Radio{Standard: VHT}, 40 * us},
		{Radio{Standard: VHT, Streams: 4}, 52 * us},
	} {
		if got := newPHY(x.radio.withDefaults()).preamble; got != x.want {
			t.Errorf("%+v: %d, want %d", x.radio, got, x.want)
		}
	}
}

// What fits into a time takes no longer than that time, and one byte more does.
func TestRoomAndAirtimeAgree(t *testing.T) {
	for _, cfg := range []Radio{{}, {MCS: MCS0, Width: 20}, {Standard: VHT, Streams: 2}, {MCS: 11, Width: 160, Streams: 4}} {
		r := newRadio(cfg.withDefaults(), 1, "0")
		for limit := ms / 4; limit < 6*ms; limit += 37 * us {
			bytes := r.room(limit)
			if r.airtime(bytes) > limit || r.airtime(bytes+1) <= limit {
				t.Fatalf("%+v: room(%d) = %d, which takes %d, and one more %d", cfg, limit, bytes, r.airtime(bytes), r.airtime(bytes+1))
			}
		}
	}
}

func TestNames(t *testing.T) {
	if HE.String() != "HE" || VHT.String() != "VHT" || Standard(9).String() != "unknown" || Categories.String() != "unknown" {
		t.Error("names")
	}
}
