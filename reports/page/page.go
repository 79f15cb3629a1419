// Package page writes reports for people: one self-contained HTML file for a run, for a comparison of two sets of runs, or
// for a suite of many. A page needs no network, has its scripts, styles and data in it, follows the reader's light or dark
// scheme, fits a phone and a printer, and says with words and shapes what it says with colours. Every chart has its
// numbers in a table beneath it. What a run could not know is called "not known" and never drawn as zero.
//
// Equal runs give equal bytes: identifiers are fixed, and no wall time is in a page.
package page

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"airbridge/reports"
	"airbridge/reports/verdict"
)

// Budget is what a run is held against.
type Budget struct {
	// MotionToPhoton is the 99th percentile's limit. Default 60 ms: beyond, users of mobile headsets notice the world lag
	// behind their head even with reprojection.
	MotionToPhoton time.Duration
	// MissedPerHour is how many missed slots an hour are accepted. Default 10.
	MissedPerHour float64
}

// withDefaults returns the budget with its defaults filled in.
func (b Budget) withDefaults() Budget {
	if b.MotionToPhoton == 0 {
		b.MotionToPhoton = 60 * time.Millisecond
	}
	if b.MissedPerHour == 0 {
		b.MissedPerHour = 10
	}
	return b
}

func (b Budget) motionMS() float64 { return float64(b.MotionToPhoton) / 1e6 }

//go:embed assets/page.gohtml assets/index.gohtml assets/style.css assets/charts.js assets/index.js
var assets embed.FS

// ECharts 6.1.0, echarts.common.min.js of its npm package: Apache-2.0, see assets/LICENSE-echarts and NOTICE-echarts.
//
//go:embed assets/echarts.common.min.js.gz
var bundleGZ []byte

//go:embed assets/NOTICE-echarts
var notice string

var bundle = sync.OnceValue(func() template.JS {
	rd, err := gzip.NewReader(bytes.NewReader(bundleGZ))
	if err != nil {
		panic(fmt.Sprintf("page: embedded bundle: %v", err))
	}
	text, err := io.ReadAll(rd)
	if err != nil {
		panic(fmt.Sprintf("page: embedded bundle: %v", err))
	}
	return template.JS(text)
})

// asset returns an embedded text file.
func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(fmt.Sprintf("page: %v", err))
	}
	return string(text)
}

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").ParseFS(assets, "assets/*.gohtml"))
})

// document is what the template of a page with charts takes.
type document struct {
	Title, Subtitle string
	Summary         string
	// State colours the summary: good, bad, undecided or unknown.
	State   string
	Tiles   []tile
	Groups  []group
	Unknown []string
	Verdict *verdictTable
	Facts   [][2]string
	Footer  string
	Style   template.CSS
	Bundle  template.JS
	Script  template.JS
	Notice  string
}

// group is a row of figures under a heading.
type group struct {
	Heading string
	Figures []figure
}

func (d *document) write(w io.Writer, name string) error {
	d.Style, d.Script = template.CSS(asset("style.css")), template.JS(asset("charts.js"))
	d.Bundle, d.Notice = bundle(), notice
	return execute(w, name, d)
}

func execute(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	return nil
}

const footer = "Self-contained: this page needs no network. Times of motion-to-photon are of the client's clock alone."

// WriteRun writes the page of one run.
func WriteRun(w io.Writer, r reports.Run, b Budget) error {
	b = b.withDefaults()
	d := document{
		Title: r.Scenario, Subtitle: subtitle(&r.Record), Tiles: runTiles(&r, b), Facts: facts(&r.Record), Footer: footer,
	}
	d.Summary, d.State = summarise(&r, b)
	d.Groups, d.Unknown = runFigures(&r, b)
	return d.write(w, "page")
}

// WriteComparison writes the page of two sets of runs, A and B, with the names that they are called by.
func WriteComparison(w io.Writer, nameA string, a []reports.Run, nameB string, b []reports.Run, budget Budget) error {
	budget = budget.withDefaults()
	c := verdict.Compare(a, b)
	d := document{
		Title:    nameA + " against " + nameB,
		Subtitle: fmt.Sprintf("A is %s, %s · B is %s, %s", nameA, plural(int64(len(a)), "run"), nameB, plural(int64(len(b)), "run")),
		Summary:  c.Sentence(), State: "undecided", Footer: footer,
		Tiles: comparisonTiles(&c), Verdict: newVerdictTable(&c),
	}
	if c.Decided() {
		d.State = "decided"
	}
	d.Groups = comparisonFigures(&c, budget)
	return d.write(w, "page")
}

// figureJSON marshals what goes into a script element; "<" and its like are escaped, so nothing in it ends the element.
func figureJSON(v any) template.JS {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("page: a chart is no JSON: %v", err)) // numbers are checked where they are made
	}
	return template.JS(text)
}
