package page

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"airbridge/reports"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	element = regexp.MustCompile(`(?s)<(title|h1|h2|h3|dt|dd|p|li|figcaption|th|td)\b[^>]*>(.*?)</(?:title|h1|h2|h3|dt|dd|p|li|figcaption|th|td)>`)
	tag     = regexp.MustCompile(`(?s)<[^>]*>`)
	quiet   = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>`)
	link    = regexp.MustCompile(`(?i)(?:src|href|url|action)\s*[=(]\s*["']?\s*(?:https?:|//|file:)`)
	tables  = regexp.MustCompile(`(?s)<table.*?</table>`)
	rows    = regexp.MustCompile(`(?s)<tr.*?</tr>`)
)

// outline is what a page says, an element a line; of tables the heads and three rows.
func outline(page []byte) string {
	text := quiet.ReplaceAllString(string(page), "")
	text = tables.ReplaceAllStringFunc(text, func(table string) string {
		all := rows.FindAllString(table, 4)
		return strings.Join(all, "\n")
	})
	var b strings.Builder
	for _, m := range element.FindAllStringSubmatch(text, -1) {
		words := strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(m[2], " "))), " ")
		fmt.Fprintf(&b, "%s: %s\n", m[1], words)
	}
	return b.String()
}

func TestPagesSayWhatTheyAlwaysSaid(t *testing.T) {
	for name, page := range suite(t) {
		path := filepath.Join("testdata", name+".txt")
		got := outline(page)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPagesNeedNoNetwork(t *testing.T) {
	for name, page := range suite(t) {
		own := bytes.Replace(page, []byte(bundle()), nil, 1)
		if found := link.Find(own); found != nil {
			t.Errorf("%s refers to the outside: %s", name, found)
		}
		if n := bytes.Count(page, []byte("</script")); n != bytes.Count(page, []byte("<script")) {
			t.Errorf("%s: %d scripts end", name, n)
		}
	}
	if strings.Contains(strings.ToLower(string(bundle())), "</script") {
		t.Error("the bundle would end its own script element")
	}
}

func TestNamesCannotBreakOutOfAPage(t *testing.T) {
	evil := `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'` + "\u2028"
	r := fake{scenario: "usb", seed: 1, length: 5 * time.Second, trouble: 1}.run(t)
	r.Scenario, r.Link, r.Incomplete = evil, &evil, &evil
	r.Series.Span(evil, time.Second, 2*time.Second)
	var b bytes.Buffer
	if err := WriteIndex(&b, evil, []Entry{{Run: r, Href: "javascript:alert(3)"}}, Budget{}); err != nil {
		t.Fatal(err)
	}
	if err := WriteComparison(&b, evil, []reports.Run{r}, evil, []reports.Run{r}, Budget{}); err != nil {
		t.Fatal(err)
	}
	b.Write(writeRun(t, r))
	own := bytes.ReplaceAll(b.Bytes(), []byte(bundle()), nil)
	for _, bad := range []string{"<script>alert", "<img", `"javascript:`} {
		if i := bytes.Index(own, []byte(bad)); i >= 0 {
			t.Errorf("a page has %s", own[max(0, i-60):i+60])
		}
	}
}

func TestWhatIsNotKnownIsNeverZero(t *testing.T) {
	page := outline(writeRun(t, reports.Run{Record: reports.Record{Scenario: "blank"}}))
	for _, want := range []string{
		"p: What became of the frames is not known.", "dt: missed slots an hour\ndd: not known", "dt: packets lost\ndd: not known",
		"dt: picture\ndd: not known", "dt: encoder\ndd: not known", "li: anything over time: the run kept no series",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "dd: 0\n") || strings.Contains(page, "NaN") || strings.Contains(page, "0 ms") {
		t.Errorf("something unknown is a number:\n%s", page)
	}
}

func TestIncompleteRunsAreMarkedEverywhere(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: 3 * time.Second}.run(t)
	r.Incomplete = new("stopped by the user")
	if page := outline(writeRun(t, r)); !strings.Contains(page, "p: Incomplete: stopped by the user.") {
		t.Error("the page of the run does not say it")
	}
	var idx, cmp bytes.Buffer
	if err := WriteIndex(&idx, "x", []Entry{{Run: r}}, Budget{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(outline(idx.Bytes()), "td: incomplete") {
		t.Error("the index does not say it")
	}
	if err := WriteComparison(&cmp, "a", []reports.Run{r}, "b", []reports.Run{r}, Budget{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(outline(cmp.Bytes()), "Left out: 2 incomplete runs.") {
		t.Error("the comparison does not say it")
	}
}

func TestStagesInTheTableAddUp(t *testing.T) {
	r := fake{scenario: "microwave", seed: 2, length: 20 * time.Second, trouble: 2}.run(t)
	f := (&view{run: &r, s: r.Series}).waterfall()
	last := f.Table.Rows[len(f.Table.Rows)-1]
	if want := number(r.Latency.MotionToPhoton.Mean).String(); last[0] != "motion to photon" || last[1] != want {
		t.Errorf("the stages end at %v, want motion-to-photon of %s ms", last, want)
	}
}

func TestNoTailFromTooFewFrames(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: 13 * time.Second}.run(t) // 936 frames
	if got := tailTile(&r, Budget{}.withDefaults()); got.State != "unknown" || !strings.Contains(got.Note, "1000 are needed") {
		t.Errorf("p99 of 936 frames: %+v", got)
	}
	e := beyond(r.Series.Motion())
	if last := e.share[len(e.share)-1]; last*936 < tailLeast {
		t.Errorf("the tail reaches %v: fewer than %d frames", last, tailLeast)
	}
	long := fake{scenario: "usb", seed: 1, length: 15 * time.Second}.run(t)
	if got := tailTile(&long, Budget{}.withDefaults()); got.State != "good" {
		t.Errorf("p99 of 1080 frames: %+v", got)
	}
	if got := tailTile(&long, Budget{MotionToPhoton: time.Millisecond}.withDefaults()); got.State != "bad" || got.Word != "over budget" {
		t.Errorf("p99 against a budget of 1 ms: %+v", got)
	}
}
