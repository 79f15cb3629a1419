package doctor

import (
	"context"
	"fmt"
	"os"
	"strings"

	"airbridge/transport"

	"github.com/pion/transport/v3/stdnet"
)

// networkFacts is the answer to opening a socket and a thread as a session would.
type networkFacts struct {
	err    error
	report transport.Report
	// program is the file of the running program, empty where it cannot be told.
	program string
}

func probeNetwork(context.Context) (f networkFacts) {
	f.program, _ = os.Executable()
	n, err := stdnet.NewNet()
	if err != nil {
		return networkFacts{err: fmt.Errorf("list the network interfaces: %w", err)}
	}
	f.report, f.err = transport.Probe(n)
	return f
}

// network checks what UDP sockets can do here, and whether the thread which paces may run in real time.
func network(probe func(context.Context) networkFacts) Check {
	return func(ctx context.Context) []Finding {
		f := probe(ctx)
		if f.err != nil {
			return []Finding{{
				Area: "UDP sockets", State: Missing, Detail: oneLine(f.err),
				Remedy: "bring the loopback interface up: sudo ip link set lo up",
			}}
		}
		return []Finding{f.judgeFeatures(), f.judgeBuffers(), f.judgeRealtime()}
	}
}

func (f networkFacts) judgeFeatures() Finding {
	got := Finding{Area: "UDP features", State: OK}
	var has, lacks []string
	have := f.report.Features
	for _, feature := range []struct {
		here bool
		name string
	}{
		{have.GSO, "segmentation offload"},
		{have.GRO, "receive offload"},
		{have.Batch, "batches"},
		{have.Stamps, "kernel receive stamps"},
		{have.ECN, "ECN"},
		{have.DSCP, "DSCP"},
	} {
		if feature.here {
			has = append(has, feature.name)
		} else {
			lacks = append(lacks, feature.name)
		}
	}
	got.Detail = strings.Join(has, ", ")
	if len(lacks) > 0 {
		got.State = Warn
		got.Detail = "lacks " + strings.Join(lacks, ", ")
		got.Remedy = "Linux 5.0 or newer has them all; inside a container or sandbox, run on the host instead"
	}
	return got
}

func (f networkFacts) judgeBuffers() Finding {
	if f.report.Warning == "" {
		got := Finding{Area: "UDP buffers", State: OK, Detail: "hold a burst of frames"}
		if n := f.report.ReceiveBuffer; n > 0 {
			got.Detail += fmt.Sprintf(": %d KiB to receive into", n>>10)
		}
		return got
	}
	detail, _, _ := strings.Cut(f.report.Warning, "; remedy:")
	return Finding{
		Area: "UDP buffers", State: Warn, Detail: detail,
		Remedy: fmt.Sprintf("sudo sysctl -w net.core.rmem_max=%[1]d net.core.wmem_max=%[1]d\n"+
			"for good: echo net.core.rmem_max=%[1]d | sudo tee /etc/sysctl.d/60-airbridge.conf", transport.DefaultBuffer),
	}
}

func (f networkFacts) judgeRealtime() Finding {
	const area = "real-time threads"
	if f.report.Realtime {
		return Finding{Area: area, State: OK, Detail: "allowed: " + f.report.Scheduling}
	}
	program := f.program
	if program == "" {
		program = "bin/airbridge"
	}
	return Finding{
		Area: area, State: Warn,
		Detail: "not allowed, so under load datagrams leave some milliseconds late: " + f.report.Scheduling,
		Remedy: "sudo setcap cap_sys_nice+ep " + program + "   (again after every build)\n" +
			"or for all programs of this user, from the next login on:\n" +
			"echo \"$USER - rtprio 1\" | sudo tee /etc/security/limits.d/airbridge.conf",
	}
}
