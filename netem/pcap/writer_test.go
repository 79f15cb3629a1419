package pcap

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"airbridge/netem"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

var (
	streamer  = netip.MustParseAddrPort("192.168.1.20:9944")
	headset   = netip.MustParseAddrPort("192.168.1.31:50123")
	streamer6 = netip.MustParseAddrPort("[fe80::1]:9944")
	headset6  = netip.MustParseAddrPort("[fe80::2]:50123")
)

// record is what a reader finds of one packet.
type record struct {
	Interface string
	At        time.Duration
	Length    int // on the path
	Kept      int // in the file
	Comments  []string
	From, To  string
	TOS       uint8
	UDPLength int
	Payload   string
}

// read reads a capture with gopacket and verifies that every header is well formed.
func read(t *testing.T, file []byte) []record {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	var all []record
	for {
		data, info, options, err := r.ReadPacketDataWithOptions()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("packet %d: %v", len(all), err)
		}
		on, err := r.Interface(info.InterfaceIndex)
		if err != nil {
			t.Fatal(err)
		}
		if on.LinkType != layers.LinkTypeRaw || on.TimestampResolution != 9 {
			t.Fatalf("interface %q has link type %v and resolution %d", on.Name, on.LinkType, on.TimestampResolution)
		}
		rec := record{
			Interface: on.Name, At: info.Timestamp.Sub(time.Unix(0, 0)), Length: info.Length, Kept: len(data), Comments: options.Comments,
		}
		rec.dissect(t, data)
		all = append(all, rec)
	}
}

func (r *record) dissect(t *testing.T, data []byte) {
	t.Helper()
	p := gopacket.NewPacket(data, layers.LinkTypeRaw, gopacket.Default)
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		r.From, r.To, r.TOS = ip.SrcIP.String(), ip.DstIP.String(), ip.TOS
		if int(ip.Length) != r.Length || ip.IHL != 5 || ip.Protocol != layers.IPProtocolUDP {
			t.Errorf("IPv4 header says length %d, header words %d, protocol %v; want %d, 5, UDP", ip.Length, ip.IHL, ip.Protocol, r.Length)
		}
		if got := referenceSum(data[:20]); got != 0xffff {
			t.Errorf("IPv4 header adds up to %#x, want 0xffff", got)
		}
	case *layers.IPv6:
		r.From, r.To, r.TOS = ip.SrcIP.String(), ip.DstIP.String(), ip.TrafficClass
		if int(ip.Length) != r.Length-40 || ip.NextHeader != layers.IPProtocolUDP {
			t.Errorf("IPv6 header says length %d, next %v; want %d, UDP", ip.Length, ip.NextHeader, r.Length-40)
		}
	default:
		t.Fatalf("no IP packet: %v", p)
	}
	udp, ok := p.TransportLayer().(*layers.UDP)
	if !ok {
		t.Fatalf("no UDP datagram: %v", p)
	}
	r.UDPLength, r.Payload = int(udp.Length), string(udp.Payload)
}

// referenceSum adds 16-bit words the way RFC 1071 defines it, slowly.
func referenceSum(b []byte) uint16 {
	var s uint32
	for i, x := range b {
		s += uint32(x) << (8 * (1 - i%2))
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// write makes a capture.
func write(t *testing.T, cfg Config, f func(w *Writer)) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := New(&file, cfg)
	if err != nil {
		t.Fatal(err)
	}
	f(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// One packet arrives, one is doubled, one is lost: each is where a user looks for it.
func TestWhatGoesWhere(t *testing.T) {
	file := write(t, Config{}, func(w *Writer) {
		p := netem.Packet{ID: 1, Size: 5 + netem.Overhead, DSCP: 34, ECN: netem.ECT1}
		w.Before(1_000_000_007, p, streamer, headset, []byte("hello"))
		p.Fate = netem.Doubled
		w.After(1_000_500_000, p, streamer, headset, []byte("hello"))
		p.Fate, p.ECN = netem.Arrived, netem.CE
		w.After(1_002_000_009, p, streamer, headset, []byte("hello"))
		w.After(1_002_000_010, p, streamer, headset, []byte("hellp"))
		back := netem.Packet{ID: 2, Size: netem.Overhead, Dir: netem.Up}
		w.Before(1_003_000_000, back, headset, streamer, nil)
		back.Fate = netem.Outage
		w.After(1_004_000_000, back, headset, streamer, nil)
		back.Fate = 99
		w.After(1_005_000_000, back, headset, streamer, nil)
	})
	down := record{
		Interface: "before", At: 1_000_000_007, Length: 33, Kept: 33, From: "192.168.1.20", To: "192.168.1.31",
		TOS: 34<<2 | 1, UDPLength: 13, Payload: "hello",
	}
	first, second := down, down
	first.Interface, first.At, first.TOS = "after", 1_002_000_009, 34<<2|3
	second.Interface, second.At, second.TOS, second.Payload = "after", 1_002_000_010, 34<<2|3, "hellp"
	up := record{Interface: "before", At: 1_003_000_000, Length: 28, Kept: 28, From: "192.168.1.31", To: "192.168.1.20", UDPLength: 8}
	gone, strange := up, up
	gone.Interface, gone.At, gone.Comments = "lost", 1_004_000_000, []string{"outage"}
	strange.Interface, strange.At, strange.Comments = "lost", 1_005_000_000, []string{"unknown"}
	if diff := cmp.Diff([]record{down, first, second, up, gone, strange}, read(t, file)); diff != "" {
		t.Errorf("the file differs (-want +got):\n%s", diff)
	}
}

func TestEveryLossIsNamed(t *testing.T) {
	file := write(t, Config{}, func(w *Writer) {
		for f := range netem.Fates {
			w.After(0, netem.Packet{Size: 100, Fate: f}, streamer, headset, nil)
		}
	})
	var got []string
	for _, r := range read(t, file) {
		got = append(got, strings.Join(append(r.Comments, r.Interface), " on "))
	}
	want := []string{
		"after", "overflow on lost", "aqm drop on lost", "lost on lost", "outage on lost", "retries on lost", "expired on lost",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fates differ (-want +got):\n%s", diff)
	}
}

// Lengths are the path's, whether the payload is cut, elided, or both.
func TestTrueLengths(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789"), 140)
	for _, c := range []struct {
		name       string
		snap       int
		data       []byte
		size       int32
		kept, path int
	}{
		{"cut", 0, long, 1428, DefaultSnap, 1428},
		{"whole", 2000, long, 1428, 1428, 1428},
		{"elided", 0, long[:36], 1428, 64, 1428},
		{"elided and cut", MinSnap, long[:36], 1428, MinSnap, 1428},
		{"empty", 0, nil, netem.Overhead, 28, 28},
		{"longer than it claims", 0, long[:50], 40, 78, 78},
	} {
		file := write(t, Config{Snap: c.snap}, func(w *Writer) {
			w.Before(0, netem.Packet{Size: c.size}, streamer, headset, c.data)
		})
		all := read(t, file)
		if len(all) != 1 || all[0].Kept != c.kept || all[0].Length != c.path || all[0].UDPLength != c.path-20 {
			t.Errorf("%s: %+v, want %d of %d bytes", c.name, all, c.kept, c.path)
		}
	}
}

func TestIPv6(t *testing.T) {
	file := write(t, Config{}, func(w *Writer) {
		w.Before(5, netem.Packet{Size: 4 + netem.Overhead, DSCP: 46, ECN: netem.ECT0}, streamer6, headset6, []byte("ping"))
	})
	want := []record{{
		Interface: "before", At: 5, Length: 52, Kept: 52, From: "fe80::1", To: "fe80::2", TOS: 46<<2 | 2, UDPLength: 12, Payload: "ping",
	}}
	if diff := cmp.Diff(want, read(t, file)); diff != "" {
		t.Errorf("the file differs (-want +got):\n%s", diff)
	}
}

func TestStartIsTheTimeOfDay(t *testing.T) {
	start := time.Date(2024, 5, 6, 7, 8, 9, 10, time.UTC)
	file := write(t, Config{Start: start}, func(w *Writer) {
		w.Before(3, netem.Packet{Size: 28}, streamer, headset, nil)
	})
	if got := read(t, file)[0].At; got != start.Add(3).Sub(time.Unix(0, 0)) {
		t.Errorf("written %v after the epoch, want %v", got, start.Add(3).Sub(time.Unix(0, 0)))
	}
}

func TestSameCallsSameBytes(t *testing.T) {
	make := func() []byte {
		return write(t, Config{}, func(w *Writer) {
			for i := range 100 {
				w.Before(netem.True(i), netem.Packet{ID: uint32(i), Size: 1000}, streamer, headset, []byte{byte(i)})
			}
		})
	}
	if !bytes.Equal(make(), make()) {
		t.Error("two captures of the same packets differ")
	}
}

func TestNilWriterIsSilent(t *testing.T) {
	var w *Writer
	w.Before(0, netem.Packet{}, streamer, headset, nil)
	w.After(0, netem.Packet{}, streamer, headset, nil)
	if err := w.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

func TestSnapIsBounded(t *testing.T) {
	for _, snap := range []int{-1, 1, MinSnap - 1, MaxSnap + 1} {
		if _, err := New(io.Discard, Config{Snap: snap}); err == nil || !strings.Contains(err.Error(), "48 to 65535") {
			t.Errorf("snap %d: %v, want an error that says what it takes", snap, err)
		}
	}
}

// full is a disk that takes so many bytes.
type full struct{ left int }

var errFull = errors.New("disk full")

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// A disk that fills up is told at the end, and does not stop the packets.
func TestFaultIsKept(t *testing.T) {
	w, err := New(&full{left: 100_000}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		w.Before(0, netem.Packet{Size: 1428}, streamer, headset, make([]byte, 100))
	}
	for range 2 {
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("Close() = %v, want %v", err, errFull)
		}
	}
}

func TestWritingDoesNotAllocate(t *testing.T) {
	w, err := New(io.Discard, Config{})
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 1400)
	n := testing.AllocsPerRun(1000, func() {
		p := netem.Packet{ID: 1, Size: 1428}
		w.Before(1, p, streamer, headset, data)
		w.After(2, p, streamer, headset, data)
	})
	if n != 0 {
		t.Errorf("%v allocations a packet, want 0", n)
	}
}

func BenchmarkPacket(b *testing.B) {
	w, err := New(io.Discard, Config{})
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 1400)
	b.ReportAllocs()
	for b.Loop() {
		w.Before(1, netem.Packet{ID: 1, Size: 1428}, streamer, headset, data)
	}
}
