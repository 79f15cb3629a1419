// Package pcap writes what goes through a link model into a pcapng file, for Wireshark and tshark: every packet as it
// enters the link, and again as it comes out or gets lost. One file has three interfaces:
//
//	before   packets as they were sent, at the instant they entered the link
//	after    packets that arrived, copies included, at the instant they arrived
//	lost     packets that did not, at the instant they were given up, with the reason as a comment
//
// So `frame.interface_name == "after"` filters what the receiver saw, and before and after pair up by the IP addresses
// and the identification field, which is the low half of the packet's ID.
package pcap

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"time"

	"airbridge/netem"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// DefaultSnap is how many bytes of a packet are kept unless told otherwise: all headers of the protocol, and no picture.
const DefaultSnap = 128

// Limits of Config.Snap in bytes: an IPv6 and a UDP header at least, the longest packet at most.
const (
	MinSnap = ipv6Header + udpHeader
	MaxSnap = 1<<16 - 1
)

// buffer is how many bytes are gathered before they are written.
const buffer = 64 << 10

// Config describes a capture; the zero value is ready.
type Config struct {
	// Start is the time of day that instant zero is written as. Default: the Unix epoch, so that runs of a lab stay
	// byte for byte the same.
	Start time.Time
	// Snap is how many bytes of each packet are kept at most, MinSnap to MaxSnap. Default DefaultSnap.
	Snap int
}

// The interfaces, in the order of the file.
const (
	before = iota
	after
	lost
)

// interfaces are what the file says of them.
var interfaces = [...]pcapgo.NgInterface{
	before: {Name: "before", Description: "packets entering the link"},
	after:  {Name: "after", Description: "packets that arrived"},
	lost:   {Name: "lost", Description: "packets that did not arrive; the comment says why"},
}

// Writer writes one capture. A nil *Writer takes everything and does nothing, so that its user need not ask whether
// there is one. It is not safe for concurrent use. It allocates nothing for packets that enter and arrive.
type Writer struct {
	ng    *pcapgo.NgWriter
	start time.Time
	frame []byte // the packet being written
	snap  int
	err   error // the first fault; nothing is written after it
}

// New returns a writer of a capture to w, which stays the caller's to close after Close.
func New(w io.Writer, cfg Config) (*Writer, error) {
	if cfg.Snap == 0 {
		cfg.Snap = DefaultSnap
	}
	if cfg.Snap < MinSnap || cfg.Snap > MaxSnap {
		return nil, fmt.Errorf("capture: snap length %d: want %d to %d bytes", cfg.Snap, MinSnap, MaxSnap)
	}
	if cfg.Start.IsZero() {
		cfg.Start = time.Unix(0, 0)
	}
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "airbridge"}}
	ng, err := pcapgo.NewNgWriterInterface(bufio.NewWriterSize(w, buffer), describe(before, cfg), options)
	for i := after; err == nil && i < len(interfaces); i++ {
		_, err = ng.AddInterface(describe(i, cfg))
	}
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	return &Writer{ng: ng, start: cfg.Start, snap: cfg.Snap, frame: make([]byte, 0, cfg.Snap)}, nil
}

// describe returns interface i as the file has it: raw IP, without an Ethernet that never was.
func describe(i int, cfg Config) pcapgo.NgInterface {
	d := interfaces[i]
	d.LinkType, d.SnapLength = layers.LinkTypeRaw, uint32(cfg.Snap)
	return d
}

// Before writes a packet that enters the link at at, sent from from to to. Data is its UDP payload as far as it is there:
// what p.Size counts beyond it is elided, and stands for zeros in the checksum. It keeps nothing of data.
func (w *Writer) Before(at netem.True, p netem.Packet, from, to netip.AddrPort, data []byte) {
	if w == nil {
		return
	}
	w.write(before, at, p, from, to, data, pcapgo.NgPacketOptions{})
}

// After writes a packet that came out of the link at at, wherever its Fate puts it. Data is what arrived, damage
// included. A Doubled record is no packet and is left out.
func (w *Writer) After(at netem.True, p netem.Packet, from, to netip.AddrPort, data []byte) {
	if w == nil {
		return
	}
	switch p.Fate {
	case netem.Arrived:
		w.write(after, at, p, from, to, data, pcapgo.NgPacketOptions{})
	case netem.Doubled:
	default:
		w.write(lost, at, p, from, to, data, pcapgo.NgPacketOptions{Comments: comments[min(p.Fate, netem.Fates)]})
	}
}

// comments are the reasons of losses as a packet's options take them, made once.
var comments = func() (c [netem.Fates + 1][]string) {
	for f := range c {
		c[f] = []string{netem.Fate(f).String()}
	}
	return c
}()

// Close writes out what is gathered and returns the first error since New. The file is its owner's to close, afterwards.
func (w *Writer) Close() error {
	if w == nil {
		return nil
	}
	if w.err == nil {
		w.err = w.ng.Flush()
	}
	if w.err != nil {
		return fmt.Errorf("capture: %w", w.err)
	}
	return nil
}

func (w *Writer) write(on int, at netem.True, p netem.Packet, from, to netip.AddrPort, data []byte, o pcapgo.NgPacketOptions) {
	if w.err != nil {
		return
	}
	var length int
	w.frame, length = appendHeaders(w.frame[:0], p, from, to, data)
	w.frame = append(w.frame, data[:min(len(data), w.snap-len(w.frame))]...)
	info := gopacket.CaptureInfo{
		Timestamp: w.start.Add(time.Duration(at)), CaptureLength: len(w.frame), Length: length, InterfaceIndex: on,
	}
	w.err = w.ng.WritePacketWithOptions(info, w.frame, o)
}
