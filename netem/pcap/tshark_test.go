package pcap

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"airbridge/netem"

	"github.com/google/go-cmp/cmp"
)

// Wireshark's own reader finds the interfaces, the lengths, the classes and no fault in a checksum.
func TestTsharkReadsIt(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed (Debian: apt-get install tshark)")
	}
	file := write(t, Config{Snap: 1500}, func(w *Writer) {
		p := netem.Packet{ID: 7, Size: 1000 + netem.Overhead, DSCP: 34, ECN: netem.ECT1}
		data := []byte(strings.Repeat("picture ", 125))
		w.Before(1_000_000_001, p, streamer, headset, data)
		p.ECN = netem.CE
		w.After(1_004_500_002, p, streamer, headset, data)
		p.ID, p.Fate = 8, netem.Retries
		w.After(1_005_000_003, p, streamer, headset, data)
		w.Before(1_006_000_004, netem.Packet{Size: 200 + netem.Overhead, Dir: netem.Up}, headset6, streamer6, data[:200])
		w.Before(1_007_000_005, netem.Packet{Size: 1428}, streamer, headset, data[:36]) // elided
	})
	path := filepath.Join(t.TempDir(), "link.pcapng")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-n", "-r", path, "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=|"}
	for _, field := range []string{
		"frame.interface_name", "frame.time_epoch", "frame.len", "frame.cap_len", "ip.dsfield.dscp", "ip.dsfield.ecn", "ip.id", "udp.dstport",
		"udp.checksum.status", "ip.checksum.status", "frame.comment",
	} {
		args = append(args, "-e", field)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Skipf("tshark does not run here: %v", err)
	}
	want := []string{
		"before|1.000000001|1028|1028|34|1|0x0007|50123|1|1|",
		"after|1.004500002|1028|1028|34|3|0x0007|50123|1|1|",
		"lost|1.005000003|1028|1028|34|3|0x0008|50123|1|1|retries",
		"before|1.006000004|248|248||||9944|1||",
		"before|1.007000005|1428|64|0|0|0x0000|50123|2|1|", // 2: unverified, as it is not all there
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(string(out)), "\n")); diff != "" {
		t.Errorf("tshark reads (-want +got):\n%s", diff)
	}
}
