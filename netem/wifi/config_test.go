package wifi

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
	"airbridge/units"
)

func TestZeroConfig(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Fatalf("the zero value: %v", err)
	}
	want := Config{
		Sessions: 1,
		Headsets: []Radio{{Width: 80, Streams: 1, MCS: 9, GuardInterval: 3200}},
		Guests:   []Radio{}, FirstGuest: netem.FlowOwn,
		Stations: []Station{},
		EDCA:     defaultEDCA,
		Control:  24 * units.Mbps, MaxAMPDU: 65535, MaxMPDUs: 64, Queue: 4096, BackgroundQueue: 500,
		Lifetime: 500 * time.Millisecond, RetryLimit: 7, Beacon: 102400 * time.Microsecond,
	}
	if diff := cmp.Diff(want, (Config{}).withDefaults()); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

// A cell keeps nothing of the caller's slices.
func TestConfigIsCopied(t *testing.T) {
	cfg := Config{Headsets: []Radio{{}}, Stations: []Station{{Up: OnOff{Rate: units.Mbps}}}}
	if _, err := New(cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.Headsets[0] != (Radio{}) || cfg.Stations[0] != (Station{Up: OnOff{Rate: units.Mbps}}) {
		t.Errorf("the caller's configuration changed: %+v", cfg)
	}
}

func TestValidate(t *testing.T) {
	radio := func(change func(r *Radio)) Config {
		var r Radio
		change(&r)
		return Config{Headsets: []Radio{r}}
	}
	traffic := func(change func(o *OnOff)) Config {
		o := OnOff{Rate: units.Mbps}
		change(&o)
		return Config{Stations: []Station{{Down: o}}}
	}
	for _, x := range []struct {
		want string // what the error has to say, empty for none
		cfg  Config
	}{
		{"", radio(func(r *Radio) { r.MCS = MCS0 })},
		{"", radio(func(r *Radio) { r.Standard, r.MCS, r.Streams = VHT, 9, 2 })},
		{"", radio(func(r *Radio) { r.Standard, r.GuardInterval = VHT, 400 })},
		{"", Config{Beacon: -1}},
		{"sessions 65", Config{Sessions: 65}},
		{"sessions -1", Config{Sessions: -1}},
		{"headsets 65", Config{Headsets: make([]Radio, 65)}},
		{"", Config{Guests: make([]Radio, 256)}},
		{"guests 257", Config{Guests: make([]Radio, 257)}},
		{"guest 1 width 7", Config{Guests: []Radio{{}, {Width: 7}}}},
		{"first guest 5", Config{Guests: make([]Radio, 1), FirstGuest: 5}},
		{"first guest 65535", Config{Guests: make([]Radio, 2), FirstGuest: 65535}},
		{"scan every 1ms", radio(func(r *Radio) { r.Scan = Scan{Every: time.Millisecond, For: time.Microsecond} })},
		{"roam mean 1ms", radio(func(r *Radio) { r.Roam.Mean = time.Millisecond })},
		{"microwave for 1ms", Config{Microwave: Microwave{For: time.Millisecond}}},
		{"stations 200", Config{Stations: make([]Station, 200)}},
		{"max mpdus 257", Config{MaxMPDUs: 257}},
		{"max ampdu -1", Config{MaxAMPDU: -1}},
		{"queue -4", Config{Queue: -4}},
		{"background queue 70000", Config{BackgroundQueue: 70000}},
		{"retry limit 256", Config{RetryLimit: 256}},
		{"lifetime -1s", Config{Lifetime: -time.Second}},
		{"beacon 1ns", Config{Beacon: 1}},
		{"control 54M", Config{Control: 54 * units.Mbps}},
		{"edca VI aifsn 16", Config{EDCA: [Categories]EDCA{Video: {AIFSN: 16, CWMax: 1}}}},
		{"edca BE cw min 14", Config{EDCA: [Categories]EDCA{{AIFSN: 1, CWMin: 14, CWMax: 15}}}},
		{"cw min 31 is above cw max 15", Config{EDCA: [Categories]EDCA{{AIFSN: 1, CWMin: 31, CWMax: 15}}}},
		{"edca VO txop 1s", Config{EDCA: [Categories]EDCA{Voice: {AIFSN: 1, TXOP: time.Second}}}},
		{"headset 0 standard 2", radio(func(r *Radio) { r.Standard = 2 })},
		{"headset 0 width 60", radio(func(r *Radio) { r.Width = 60 })},
		{"headset 0 streams 9", radio(func(r *Radio) { r.Streams = 9 })},
		{"headset 0 guard interval 400ns", radio(func(r *Radio) { r.GuardInterval = 400 })},
		{"headset 0 mcs 12", radio(func(r *Radio) { r.MCS = 12 })},
		{"headset 0 mcs -2", radio(func(r *Radio) { r.MCS = -2 })},
		{"headset 0 mcs 10: VHT", radio(func(r *Radio) { r.Standard, r.MCS = VHT, 10 })},
		{"VHT has none at 20 MHz", radio(func(r *Radio) { r.Standard, r.MCS, r.Width = VHT, 9, 20 })},
		{"headset 0 loss 1", radio(func(r *Radio) { r.Loss = 1 })},
		{"headset 0 loss NaN", radio(func(r *Radio) { r.Loss = math.NaN() })},
		{"fading snr 200", radio(func(r *Radio) { r.Fading.SNR = 200 })},
		{"an SNR of 0 is none", radio(func(r *Radio) { r.Fading.Sigma = 3 })},
		{"fading sigma -1", radio(func(r *Radio) { r.Fading = Fading{SNR: 30, Sigma: -1} })},
		{"fading correlation -1s", radio(func(r *Radio) { r.Fading = Fading{SNR: 30, Correlation: -time.Second} })},
		{"scan every 0s", radio(func(r *Radio) { r.Scan.For = time.Second })},
		{"want less than every 1s", radio(func(r *Radio) { r.Scan = Scan{Every: time.Second, For: time.Second} })},
		{"roam mean -1s", radio(func(r *Radio) { r.Roam.Mean = -time.Second })},
		{"station 0 down rate 1", traffic(func(o *OnOff) { o.Rate = 1 })},
		{"station 0 down size 40", traffic(func(o *OnOff) { o.Size = 40 })},
		{"station 0 down on mean 1ns", traffic(func(o *OnOff) { o.OnMean = 1 })},
		{"station 0 down off mean -1s", traffic(func(o *OnOff) { o.OffMean = -time.Second })},
		{"station 0 down off shape 1", traffic(func(o *OnOff) { o.OffShape = 1 })},
		{"station 0 down category 9", traffic(func(o *OnOff) { o.Category = 9 })},
		{"station 0 down start -1s", traffic(func(o *OnOff) { o.Start = -time.Second })},
		{"microwave for 0s", Config{Microwave: Microwave{Every: time.Second}}},
		{"microwave every 1s", Config{Microwave: Microwave{For: time.Minute, Every: time.Second}}},
		{"microwave duty 2", Config{Microwave: Microwave{For: time.Minute, Duty: 2}}},
		{"microwave loss -1", Config{Microwave: Microwave{For: time.Minute, Loss: -1}}},
		{"microwave mains 1h", Config{Microwave: Microwave{For: time.Minute, Mains: time.Hour}}},
	} {
		err := x.cfg.Validate()
		switch {
		case x.want == "" && err != nil:
			t.Errorf("Validate(%+v) = %v, want nil", x.cfg, err)
		case x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)):
			t.Errorf("Validate() = %v, want %q", err, x.want)
		}
		if _, newErr := New(x.cfg); (newErr == nil) != (err == nil) {
			t.Errorf("New = %v, Validate = %v", newErr, err)
		}
	}
}

// All faults come at once, always in the same order.
func TestValidateNamesAll(t *testing.T) {
	cfg := Config{
		Sessions: -1, MaxMPDUs: 999, Headsets: []Radio{{MCS: 40, Loss: 2}, {Width: 3}},
		EDCA: [Categories]EDCA{{AIFSN: 99, CWMin: 2, CWMax: 4}},
	}
	first := cfg.Validate().Error()
	if n := strings.Count(first, "\n") + 1; n != 8 {
		t.Errorf("%d faults, want 8:\n%s", n, first)
	}
	for range 20 {
		if again := cfg.Validate().Error(); again != first {
			t.Fatalf("another order:\n%s\n%s", first, again)
		}
	}
}
