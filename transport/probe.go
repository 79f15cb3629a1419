package transport

import (
	"fmt"
	"strings"

	pion "github.com/pion/transport/v3"
)

// Report is what this machine's network path can do, for people who ask why it is slow.
type Report struct {
	// Features is what a socket uses with the default configuration.
	Features Features
	// Warning is the socket's own, empty where all is well.
	Warning string
	// ReceiveBuffer and SendBuffer are the bytes a socket got when it asked for DefaultBuffer, as the kernel counts
	// them (about twice the request); zero where the system does not say.
	ReceiveBuffer, SendBuffer int
	// ReceiveCap and SendCap are the system's caps for unprivileged sockets in bytes; zero where unknown.
	ReceiveCap, SendCap int
	// Realtime says whether a pump may use the real-time class; Scheduling says what it would get.
	Realtime   bool
	Scheduling string
	// Remedies says what to do about what is missing, one sentence each.
	Remedies []string
}

// Probe opens a port of the loopback interface on n, tries what a Socket and a Driver would use, and closes it again.
func Probe(n pion.Net) (Report, error) {
	s, err := Listen(n, "127.0.0.1:0", SocketConfig{})
	if err != nil {
		return Report{}, fmt.Errorf("probe: %w", err)
	}
	defer s.Close()
	r := Report{Warning: s.Warning()}
	r.measure(s)
	r.Features = s.Features()
	r.Remedies = r.remedies()
	return r, nil
}

// remedies lists what would help, most important first.
func (r *Report) remedies() (list []string) {
	add := func(missing bool, remedy string) {
		if missing {
			list = append(list, remedy)
		}
	}
	add(r.Warning != "", r.Warning)
	add(!r.Realtime, "no real-time scheduling, packets leave late while the machine is busy: "+
		"grant it with setcap cap_sys_nice+ep on the program, or LimitRTPRIO=1 in its unit")
	add(!r.Features.GSO, "no segmentation offload, sending takes four times the processor time: use Linux 4.18 or later")
	add(!r.Features.GRO, "no receive offload, receiving takes five times the processor time: use Linux 5.0 or later")
	add(!r.Features.Stamps, "no receive stamps, arrivals are known only as well as the program wakes up")
	add(!r.Features.ECN, "no access to the ECN field, congestion shows as loss and delay only")
	return list
}

// String returns one line for each fact and each remedy.
func (r Report) String() string {
	var b strings.Builder
	yes := map[bool]string{true: "yes", false: "no"}
	f := r.Features
	fmt.Fprintf(&b, "segmentation offload: %s\nreceive offload: %s\nbatched calls: %s\nreceive stamps: %s\nECN: %s\nDSCP: %s\n",
		yes[f.GSO], yes[f.GRO], yes[f.Batch], yes[f.Stamps], yes[f.ECN], yes[f.DSCP])
	fmt.Fprintf(&b, "receive buffer: %d bytes, cap %d\nsend buffer: %d bytes, cap %d\nscheduling: %s\n",
		r.ReceiveBuffer, r.ReceiveCap, r.SendBuffer, r.SendCap, r.Scheduling)
	for _, remedy := range r.Remedies {
		fmt.Fprintf(&b, "remedy: %s\n", remedy)
	}
	return b.String()
}
