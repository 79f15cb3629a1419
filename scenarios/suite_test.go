package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"airbridge/reports"
	"airbridge/reports/page"
	"airbridge/scenarios"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// thorough marks the specs that are only run when asked for, with -ginkgo.label-filter=thorough or such: variants of
// cases that are always run.
const thorough = "thorough"

// The seed of the suites is the program's default, so that "airbridge sim run NAME" gives the same run.
const suiteSeed = 1

func TestScenarios(t *testing.T) {
	RegisterFailHandler(Fail)
	suite, reporter := GinkgoConfiguration()
	if suite.LabelFilter == "" {
		suite.LabelFilter = "!" + thorough
	}
	RunSpecs(t, "scenarios", suite, reporter)
}

// catalogued makes a spec of every scenario of a family. Those that variant names are thorough.
func catalogued(family string, variant func(name string) bool) {
	for _, s := range scenarios.List() {
		if s.Family != family {
			continue
		}
		var labels []any
		if variant(s.Name) {
			labels = append(labels, Label(thorough))
		}
		It(s.Name+": "+s.Title, append(labels, func() { stream(s.Name).meetsExpectations() })...)
	}
}

// streamed is a scenario that was run.
type streamed struct {
	scenarios.Scenario
	runs     []reports.Run
	findings []scenarios.Finding
}

// stream runs a scenario of the catalogue. Where the spec fails afterwards, it tells how to replay the run.
func stream(name string) *streamed {
	GinkgoHelper()
	s, known := scenarios.Named(name)
	Expect(known).To(BeTrue(), "no scenario %s", name)
	return run(s)
}

// seen are the scenarios of the catalogue that were run: a second run would be the same.
var seen = map[string]*streamed{}

// run runs a scenario, once.
func run(s scenarios.Scenario) *streamed {
	GinkgoHelper()
	done := seen[s.Name]
	if done == nil {
		s.Seed = suiteSeed
		runs, findings, err := s.Run("test")
		Expect(err).NotTo(HaveOccurred())
		done = &streamed{s, runs, findings}
		seen[s.Name] = done
	}
	DeferCleanup(func() {
		if CurrentSpecReport().Failed() {
			AddReportEntry("to replay", done.account(reportFolder()))
		}
	})
	return done
}

// meetsExpectations fails the spec where one of the scenario's expectations failed, or a session did not last.
func (s *streamed) meetsExpectations() {
	GinkgoHelper()
	Expect(scenarios.Incomplete(s.runs)).To(Succeed())
	Expect(scenarios.Err(s.findings)).To(Succeed())
	for _, f := range s.findings {
		if f.Expectation.Metric != "missed_per_hour" { // the only one that more hours would tell
			Expect(f.Verdict).To(Equal(scenarios.Passed), f.String())
		}
	}
}

// metric returns what a metric came to in a session, counted from 1.
func (s *streamed) metric(session int, subject string) float64 {
	GinkgoHelper()
	e, err := scenarios.ParseExpectation(subject + " >= 0")
	Expect(err).NotTo(HaveOccurred())
	e.Session = session
	asked := s.Scenario
	asked.Expect = []scenarios.Expectation{e}
	for _, f := range asked.Judge(s.runs) {
		Expect(f.Known).To(BeTrue(), f.String())
		return f.Value
	}
	Fail("no session " + fmt.Sprint(session))
	return 0
}

// account tells how to repeat the run, and where a page about it is.
func (s *streamed) account(folder string) string {
	path := filepath.Join(folder, fmt.Sprintf("%s-seed%d.html", s.Name, s.Seed))
	where := path
	if err := s.write(path); err != nil {
		where = err.Error()
	}
	return fmt.Sprintf("seed:   %d\nreplay: %s\nreport: %s", s.Seed, s.Replay(), where)
}

// write writes the page of the run, or an index of its sessions.
func (s *streamed) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	var b strings.Builder
	err := error(nil)
	if len(s.runs) == 1 {
		err = page.WriteRun(&b, s.runs[0], page.Budget{})
	} else {
		var entries []page.Entry
		for _, r := range s.runs {
			entries = append(entries, page.Entry{Run: r})
		}
		err = page.WriteIndex(&b, s.Name, entries, page.Budget{})
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// reportFolder is where pages of failed specs go: out/scenarios of the repository, or the folder that AIRBRIDGE_REPORTS names.
func reportFolder() string {
	if folder := os.Getenv("AIRBRIDGE_REPORTS"); folder != "" {
		return folder
	}
	folder, err := filepath.Abs(filepath.Join("..", "out", "scenarios"))
	if err != nil {
		return os.TempDir()
	}
	return folder
}
