package wire

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/pose"
)

// document returns the protocol in words.
func document(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The examples of the document are what this package writes, and it reads them.
func TestDocumentedExamples(t *testing.T) {
	refresh := Header{Kind: KindControl, Session: 7, Number: 42}.Append(nil)
	refresh = Control{Seq: 1, Message: Message{Kind: MessageRefresh, After: 1199}.Append(nil)}.Append(refresh)

	video := Header{Kind: KindShard, Session: 7, Number: 1 << 16}.Append(nil)
	video = Shard{Frame: 1200, Sent: 10_000_000, K: 1, Last: true, Length: FrameInfoSize + 5}.Append(video)
	video = FrameInfo{
		PoseID: 3600, Slot: 1205, Horizon: 40 * time.Millisecond, PollShift: -50 * time.Microsecond, Reported: 1194,
		Pose: pose.Pose{Position: pose.Vec{0, 1.5, 0}, Orientation: pose.Identity},
	}.Append(video)
	video = append(video, 0, 0, 0, 1, 0x65)

	examples := regexp.MustCompile("(?s)```hex\n(.*?)```").FindAllStringSubmatch(document(t), -1)
	want := [][]byte{refresh, video}
	if len(examples) != len(want) {
		t.Fatalf("the document has %d examples, want %d", len(examples), len(want))
	}
	for i, e := range examples {
		if diff := cmp.Diff(hex.Dump(want[i]), hex.Dump(unhex(t, e[1]))); diff != "" {
			t.Errorf("example %d differs (-written +documented):\n%s", i+1, diff)
		}
	}
	_, body, err := ParseHeader(video)
	if err != nil {
		t.Fatal(err)
	}
	_, payload, err := ParseShard(body)
	if err != nil {
		t.Fatal(err)
	}
	if _, unit, err := ParseFrameInfo(payload); err != nil || !bytes.Equal(unit, []byte{0, 0, 0, 1, 0x65}) {
		t.Errorf("ParseFrameInfo of the example = unit %x, %v", unit, err)
	}
}

// unhex reads lines of hexadecimal bytes with remarks behind semicolons.
func unhex(t *testing.T, text string) (b []byte) {
	t.Helper()
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		code, _, _ := strings.Cut(lines.Text(), ";")
		part, err := hex.DecodeString(strings.ReplaceAll(code, " ", ""))
		if err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		b = append(b, part...)
	}
	return b
}

var typeSizes = map[string]int{
	"u8": 1, "u16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8, "3 f32": 12, "4 f32": 16, "3 bytes": 3, "48 bytes": 48,
}

// The byte tables of the document leave no gap and are as long as their headings and this package say.
func TestDocumentedLayouts(t *testing.T) {
	got := map[string]int{}
	heading := regexp.MustCompile(`^#+ (\w+): (\d+) bytes?`)
	row := regexp.MustCompile(`^\| (\d+) \| ([^|]+) \|`)
	name, said := "", 0
	end := func() {
		if name != "" && got[name] != said {
			t.Errorf("%s: the heading says %d bytes, the table has %d", name, said, got[name])
		}
	}
	for lines := bufio.NewScanner(strings.NewReader(document(t))); lines.Scan(); {
		line := lines.Text()
		if m := heading.FindStringSubmatch(line); m != nil {
			end()
			name = m[1]
			said, _ = strconv.Atoi(m[2])
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if m[1] != fmt.Sprint(got[name]) || typeSizes[m[2]] == 0 {
			t.Errorf("%s: row %q, want offset %d and a known type", name, line, got[name])
		}
		got[name] += typeSizes[m[2]]
	}
	end()
	want := map[string]int{
		"Header": HeaderSize, "Hello": HelloSize, "Welcome": WelcomeSize, "Shard": ShardSize, "Tracking": TrackingSize,
		"Feedback": 4, "Report": ReportSize, "Control": ControlSize, "Refresh": 5, "Bye": 1, "Ping": PingSize,
		"Pong": PongSize, "FrameInfo": FrameInfoSize,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lengths differ (-package +document):\n%s", diff)
	}
}

// The document's table of kinds says where this package sends them.
func TestDocumentedClasses(t *testing.T) {
	text := document(t)
	for k := KindShard; k < kindEnd; k++ {
		name := strings.ToUpper(k.String()[:1]) + k.String()[1:]
		if row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| %s \| \w+ \| %d \|`, name, k.DSCP())); !row.MatchString(text) {
			t.Errorf("the document lacks %s with code point %d", name, k.DSCP())
		}
		if !strings.Contains(text, fmt.Sprintf("%d %s", k, name)) {
			t.Errorf("the document lacks kind %d %s", k, name)
		}
	}
}
