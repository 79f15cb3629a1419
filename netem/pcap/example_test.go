package pcap_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"

	"airbridge/netem"
	"airbridge/netem/pcap"
)

// A packet enters a link and arrives four milliseconds later, marked.
func Example() {
	var file bytes.Buffer
	w, err := pcap.New(&file, pcap.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	from, to := netip.MustParseAddrPort("10.0.0.1:9944"), netip.MustParseAddrPort("10.0.0.2:50000")
	p := netem.Packet{Size: 1400 + netem.Overhead, ECN: netem.ECT1}
	w.Before(0, p, from, to, make([]byte, 1400))
	p.ECN = netem.CE
	w.After(netem.True(0).Add(4*time.Millisecond), p, from, to, make([]byte, 1400))
	fmt.Println(w.Close(), file.Len() > 2*pcap.DefaultSnap)
	// Output: <nil> true
}
