package page

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/reports/series"
)

const look = `[...document.querySelectorAll(".chart")].filter(c => c.offsetParent).map(c => ({
	id: c.id, marks: c.querySelectorAll("svg path").length, texts: c.querySelectorAll("svg text").length,
	inside: [...c.querySelectorAll("svg text")].every(t => { const r = t.getBoundingClientRect(), o = c.getBoundingClientRect();
		return r.left >= o.left - 2 && r.right <= o.right + 2; }),
	filled: c.querySelector("svg") ? c.querySelector("svg").clientWidth / c.clientWidth : 0}))`

type drawn struct {
	ID           string
	Marks, Texts int
	Inside       bool
	Filled       float64
}

// check fails where a chart is not drawn, sticks out, or the page said something.
func (b *browser) check(name string, charts int) {
	b.t.Helper()
	var all []drawn
	b.eval(look, &all)
	if len(all) != charts {
		b.t.Errorf("%s has %d charts, want %d", name, len(all), charts)
	}
	for _, c := range all {
		if c.Marks < 3 || c.Texts < 4 || c.Filled < 0.98 || c.Filled > 1.02 {
			b.t.Errorf("%s: chart %s has %d shapes and %d words over %.2f of its width", name, c.ID, c.Marks, c.Texts, c.Filled)
		}
		if !c.Inside {
			b.t.Errorf("%s: words of chart %s stick out", name, c.ID)
		}
	}
	var widths [2]int
	b.eval("[document.documentElement.scrollWidth, innerWidth]", &widths)
	if widths[0] > widths[1] {
		b.t.Errorf("%s is %d pixels wide on a screen of %d", name, widths[0], widths[1])
	}
	if len(b.said) > 0 {
		b.t.Errorf("%s said %s", name, strings.Join(b.said, "\n"))
	}
}

func TestPagesInABrowser(t *testing.T) {
	b := openBrowser(t)
	dir := t.TempDir()
	pages := suite(t)
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), page, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	both := []int{1280, 390}
	for _, page := range []struct {
		name   string
		charts int
		widths []int
	}{{"run", 11, both}, {"hour", 11, both[:1]}, {"bare", 3, both[1:]}, {"blank", 0, both[1:]}, {"comparison", 9, both}, {"index", 0, both}} {
		for i, width := range page.widths {
			schemes := []string{"light", "dark"}
			b.open(filepath.Join(dir, page.name+".html"), width, schemes[i])
			for _, scheme := range []string{schemes[i], schemes[1-i]} {
				name := fmt.Sprintf("%s-%d-%s", page.name, width, scheme)
				b.scheme(scheme)
				b.check(name, page.charts)
				b.photograph(name)
			}
		}
	}
	t.Run("colours follow the scheme while the page is open", b.schemes(filepath.Join(dir, "run.html")))
	t.Run("arrow keys walk along a chart", b.keys(filepath.Join(dir, "run.html")))
	t.Run("tooltips read the table", b.tooltips(filepath.Join(dir, "run.html")))
	t.Run("what is not known is said in tooltips", b.gaps(dir))
	t.Run("an index searches, sorts and compares", b.index(filepath.Join(dir, "index.html")))
}

func (b *browser) schemes(path string) func(*testing.T) {
	return func(t *testing.T) {
		b.open(path, 1280, "light")
		colours := map[string]bool{}
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			var c string
			b.eval(`document.querySelector("#latency svg text").getAttribute("fill") || getComputedStyle(document.querySelector("#latency svg text")).fill`, &c)
			colours[c] = true
		}
		if len(colours) != 2 {
			t.Errorf("words of a chart are %v in light and dark, want two colours", colours)
		}
	}
}

func (b *browser) keys(path string) func(*testing.T) {
	return func(t *testing.T) {
		b.open(path, 1280, "light")
		var shown string
		b.eval(`(() => { const c = document.getElementById("latency"); c.focus();
			for (let i = 0; i < 3; i++) c.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
			return c.innerText; })()`, &shown)
		if !strings.Contains(shown, "median") || !strings.Contains(shown, "p90") || !strings.Contains(shown, "ms") {
			t.Errorf("the third point says %q, want its median and percentiles", shown)
		}
	}
}

// tooltips compares what the chart that has the focus says of a point with the row of its table.
func (b *browser) tooltips(path string) func(*testing.T) {
	return func(t *testing.T) {
		b.open(path, 1280, "dark")
		var all []struct{ ID, Said, Row string }
		b.eval(`[...document.querySelectorAll(".chart")].filter(c => !["tail", "stages"].includes(c.id)).map(c => {
			for (let i = 0; i < 7; i++) c.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
			const row = c.parentElement.querySelector("table").tBodies[0].rows[6];
			return {id: c.id, said: c.innerText, row: [...row.cells].map(x => x.textContent).join("|")}; })`, &all)
		if len(all) != 9 {
			t.Errorf("%d charts over time, want 9", len(all))
		}
		for _, c := range all {
			for _, cell := range strings.Split(c.Row, "|") {
				if !strings.Contains(c.Said, cell) {
					t.Errorf("chart %s says %q of its seventh point, the table %s", c.ID, c.Said, c.Row)
					break
				}
			}
		}
	}
}

// gaps looks at a chart of which a point is not known, and at its marks.
func (b *browser) gaps(dir string) func(*testing.T) {
	return func(t *testing.T) {
		r := frozen(5, 12)
		for i := range 30 { // and nothing of the rest
			r.Series.Gauge(time.Duration(i)*100*time.Millisecond, series.RTT, 3e6)
		}
		path := filepath.Join(dir, "frozen.html")
		if err := os.WriteFile(path, writeRun(t, r), 0o600); err != nil {
			t.Fatal(err)
		}
		b.open(path, 390, "light")
		var said string
		b.eval(`(() => { const c = document.getElementById("queue");
			for (let i = 0; i < 20; i++) c.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
			return c.innerText; })()`, &said)
		if !strings.Contains(said, "not known") {
			t.Errorf("a point without a measurement says %q", said)
		}
		var fills []string
		b.eval(`(() => { const css = getComputedStyle(document.documentElement), bad = css.getPropertyValue("--bad").trim(), c4 = css.getPropertyValue("--c4").trim();
			return [...document.querySelectorAll("#latency svg path")].map(p => p.getAttribute("fill")).map(f => f === bad ? "freeze" : f === c4 ? "idr" : "").filter(Boolean); })()`, &fills)
		if got := strings.Join(fills, " "); strings.Count(got, "freeze") != 2 || strings.Count(got, "idr") != 2 {
			t.Errorf("marks %q, want two freezes and two IDR pictures", got)
		}
	}
}

func (b *browser) index(path string) func(*testing.T) {
	return func(t *testing.T) {
		b.open(path, 1280, "dark")
		var rows []string
		visible := `[...document.querySelectorAll("#table tbody tr")].filter(r => !r.hidden).map(r => r.cells[1].textContent + " " + r.cells[5].textContent)`
		b.eval(`(() => { const s = document.getElementById("search"); s.value = "MICRO over"; s.dispatchEvent(new Event("input")); return `+visible+`; })()`, &rows)
		if len(rows) != 4 || !strings.HasPrefix(rows[0], "microwave") {
			t.Errorf("searching finds %q, want the four runs of microwave", rows)
		}
		b.eval(`(() => { const s = document.getElementById("search"); s.value = ""; s.dispatchEvent(new Event("input"));
			const h = [...document.querySelectorAll("button.sort")].find(x => x.textContent == "p99, ms"); h.click(); h.click(); return `+visible+`; })()`, &rows)
		if len(rows) != 13 || !strings.HasPrefix(rows[0], "microwave") || !strings.HasPrefix(rows[12], "film") {
			t.Errorf("sorted by p99 downwards: %q, want microwave first and what is not known last", rows)
		}
		b.eval(`document.querySelector("input[name=a][value='1']").click(); document.querySelector("input[name=b][value='7']").click()`, nil)
		b.check("index with a pair", 2)
		var difference string
		b.eval(`document.getElementById("pair-figures").innerText`, &difference)
		if !strings.Contains(difference, "−") || !strings.Contains(difference, "adaptive") {
			t.Errorf("figures of the pair: %q", difference)
		}
		b.photograph("pair-1280-dark")
		b.eval(`document.querySelector("input[name=b][value='12']").click()`, nil)
		b.check("index with a run without curves", 0)
	}
}
