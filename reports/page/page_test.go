package page

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"airbridge/reports"
)

var pagesDir = flag.String("pages", "", "leave the test's pages in this folder, for a look")

// suite are the pages that the tests look at, by name.
func suite(t testing.TB) map[string][]byte {
	t.Helper()
	var a, b []reports.Run
	for seed := range uint64(8) {
		for _, name := range []string{"wifi6-busy", "microwave", "usb"} {
			trouble := map[string]float64{"wifi6-busy": 0.6, "microwave": 1.5}[name]
			a = append(a, fake{scenario: name, seed: seed, length: 20 * time.Second, trouble: trouble, slower: 1.5}.run(t))
			faster := map[string]float64{"wifi6-busy": -0.6, "microwave": 1.2}[name]
			b = append(b, fake{scenario: name, seed: seed, length: 20 * time.Second, trouble: trouble / 2, slower: 1.5 + faster}.run(t))
		}
	}
	bare := fake{scenario: "film", seed: 3, length: 10 * time.Second, bare: true}.run(t)
	bare.Incomplete = new("stopped by the user")
	bare.Seed = nil
	var entries []Entry
	for i, r := range append(append(append([]reports.Run(nil), a[:6]...), b[:6]...), bare) {
		e := Entry{Run: r}
		if i%2 == 0 {
			e.Href = "run.html"
		}
		entries = append(entries, e)
	}
	pages := map[string][]byte{
		"run":   writeRun(t, fake{scenario: "microwave", seed: 7, length: 60 * time.Second, trouble: 1.5}.run(t)),
		"hour":  writeRun(t, fake{scenario: "wifi6-near", seed: 1, length: time.Hour, trouble: 0}.run(t)),
		"bare":  writeRun(t, bare),
		"blank": writeRun(t, reports.Run{Record: reports.Record{Scenario: "nothing <b>&", Version: "v0"}}),
	}
	var cmp, idx bytes.Buffer
	if err := WriteComparison(&cmp, "gcc", a, "adaptive", b, Budget{}); err != nil {
		t.Fatal(err)
	}
	if err := WriteIndex(&idx, "Nightly suite", entries, Budget{}); err != nil {
		t.Fatal(err)
	}
	pages["comparison"], pages["index"] = cmp.Bytes(), idx.Bytes()
	if *pagesDir != "" {
		for name, text := range pages {
			if err := os.WriteFile(filepath.Join(*pagesDir, name+".html"), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return pages
}

func writeRun(t testing.TB, r reports.Run) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteRun(&b, r, Budget{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEqualRunsGiveEqualPages(t *testing.T) {
	first, second := suite(t), suite(t)
	for name, page := range first {
		if !bytes.Equal(page, second[name]) {
			t.Errorf("the page %s differs from itself", name)
		}
	}
}
