package streamer

import (
	"strings"
	"testing"
	"time"

	"airbridge/machine"
)

var _ machine.Machine = (*Core)(nil)

func TestConfigNamesAllItsFaultsAtOnce(t *testing.T) {
	bad := Config{Width: 321, Height: 0, Period: time.Hour, Slices: 65, Patience: -1, Datagram: 100}
	err := bad.Validate()
	if err == nil {
		t.Fatal("a configuration of faults is valid")
	}
	for _, want := range []string{"size 321x0", "period 1h", "65 slices", "patience -1ns", "datagram 100"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
	if err := (Config{Width: 2, Height: 2}).Validate(); err != nil {
		t.Errorf("the defaults are not valid: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("New accepts a configuration that is not valid")
		}
	}()
	New(bad)
}
