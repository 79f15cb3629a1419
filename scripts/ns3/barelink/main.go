// Command barelink sends UDP at a constant rate over ns-3's point-to-point link (scripts/ns3/p2p_cbr.cc) and over the bare
// link of netem, in turns, and prints the packets a second of wall time of both. Both send the same packets one by one over
// 1 Gbit/s and 2 ms. It exits with 1 where ours is not at least 15 times as fast. scripts/bench-ns3.sh calls it.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/queue"
	"airbridge/units"
)

// wanted is how many times as fast as ns-3 the bare link has to be.
const wanted = 15

// load is what is sent.
type load struct {
	payload units.ByteCount
	rate    units.Bitrate // of payload
	length  time.Duration
}

func main() {
	ns3 := flag.String("ns3", "out/ns3/p2p_cbr", "`program` built from scripts/ns3/p2p_cbr.cc")
	seconds := flag.Float64("seconds", 30, "simulated seconds a round")
	rounds := flag.Int("rounds", 3, "rounds; the best of each side counts")
	size := flag.Int("size", 1200, "UDP payload of a packet, bytes")
	mbps := flag.Float64("rate", 100, "Mbit/s of payload")
	flag.Parse()
	if *seconds <= 0 || *rounds < 1 || *size < 1 || *size > 1472 || *mbps <= 0 || *mbps > 900 {
		fmt.Fprintln(os.Stderr, "barelink: want seconds and rounds above 0, a size of 1 to 1472, a rate up to 900")
		os.Exit(2)
	}
	l := load{units.ByteCount(*size), units.Bitrate(*mbps * 1e6), time.Duration(*seconds * float64(time.Second))}
	if err := run(*ns3, l, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "barelink:", err)
		os.Exit(1)
	}
}

func run(ns3 string, l load, rounds int) error {
	fmt.Printf("UDP of %d bytes at %v for %v over 1G and 2 ms; packets a second of wall time, one core\n", l.payload, l.rate, l.length)
	fmt.Printf("%-6s %14s %14s %8s\n", "round", "ns-3.37", "netem", "ratio")
	var theirs, ours float64
	for i := range rounds {
		a, err := runNS3(ns3, l)
		if err != nil {
			return err
		}
		b, err := runOurs(l)
		if err != nil {
			return err
		}
		fmt.Printf("%-6d %14.0f %14.0f %7.1fx\n", i+1, a, b, b/a)
		theirs, ours = max(theirs, a), max(ours, b)
	}
	fmt.Printf("%-6s %14.0f %14.0f %7.1fx\n", "best", theirs, ours, ours/theirs)
	if ours < wanted*theirs {
		return fmt.Errorf("%.1f times as fast as ns-3: want %d", ours/theirs, wanted)
	}
	return nil
}

// figures are the fields of p2p_cbr's line that are of use here.
var figures = regexp.MustCompile(`rx_packets=([0-9]+) packets/s=([0-9.e+]+)`)

// runNS3 returns ns-3's packets a second.
func runNS3(program string, l load) (float64, error) {
	out, err := exec.Command(program, fmt.Sprintf("--rateMbps=%g", float64(l.rate)/1e6), fmt.Sprintf("--size=%d", l.payload),
		fmt.Sprintf("--simTime=%g", l.length.Seconds())).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", program, err, out)
	}
	found := figures.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("%s said %q", program, out)
	}
	return strconv.ParseFloat(string(found[2]), 64)
}

// runOurs returns the packets a second of the bare link.
func runOurs(l load) (float64, error) {
	link := netem.Chain(
		bottleneck.New(bottleneck.Config{
			Rate:  bottleneck.Constant(units.Gbps),
			Queue: queue.NewDropTail(queue.DropTailConfig{Packets: 100}),
		}),
		delay.New(delay.Config{Propagation: 2 * time.Millisecond}, nil),
	)
	began := time.Now()
	sent, arrived := send(link, l)
	wall := time.Since(began).Seconds()
	if sent != arrived || sent == 0 {
		return 0, fmt.Errorf("%d packets sent, %d arrived", sent, arrived)
	}
	return float64(arrived) / wall, nil
}

// send sends packets at the constant rate and returns how many, and how many of them arrived.
func send(link netem.Medium, l load) (sent, arrived int) {
	gap := l.rate.TimeToSend(l.payload)
	train := []netem.Packet{{Size: int32(l.payload) + netem.Overhead}}
	var out []netem.Packet
	for next := netem.True(0); ; {
		now := min(next, link.Next())
		if now == netem.Never {
			return sent, arrived
		}
		if now == link.Next() {
			out = link.Deliver(now, out[:0])
			for i := range out {
				if out[i].Fate == netem.Arrived {
					arrived++
				}
			}
		}
		if now == next {
			train[0].ID = uint32(sent)
			link.Admit(now, train)
			sent++
			if next = next.Add(gap); next >= netem.True(l.length) {
				next = netem.Never
			}
		}
	}
}
