package scenarios_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"airbridge/scenarios"
)

var update = flag.Bool("update", false, "write the generated tables of docs/scenarios.md")

const guide = "../docs/scenarios.md"

func readGuide(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// section is a generated table: from its mark to the next heading, or the end.
func section(t *testing.T, text, mark string) (before, table, after string) {
	t.Helper()
	before, rest, found := strings.Cut(text, mark+"\n")
	if !found {
		t.Fatalf("%s has no %s", guide, mark)
	}
	if i := strings.Index(rest, "\n## "); i >= 0 {
		return before + mark + "\n", rest[:i], rest[i:]
	}
	return before + mark + "\n", rest, ""
}

// The guide's tables are what the code says.
func TestGuideIsInStep(t *testing.T) {
	text := readGuide(t)
	for mark, want := range map[string]string{"<!-- metrics -->": scenarios.Glossary(), "<!-- catalogue -->": scenarios.Catalogue()} {
		before, table, after := section(t, text, mark)
		if table == want {
			continue
		}
		if !*update {
			t.Errorf("%s is out of step behind %s: run go test ./scenarios -run Guide -update", guide, mark)
		}
		text = before + want + after
	}
	if *update {
		if err := os.WriteFile(guide, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every scenario file in the guide runs, and comes to what it expects.
func TestGuideFilesRun(t *testing.T) {
	files := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readGuide(t), -1)
	if len(files) < 2 {
		t.Fatalf("%d scenario files in the guide", len(files))
	}
	for i, file := range files {
		s, err := scenarios.Parse("guide.yaml", []byte(file[1]), nil)
		if err != nil {
			t.Errorf("file %d: %v", i+1, err)
			continue
		}
		runs, findings, err := s.Run("test")
		if err != nil || scenarios.Incomplete(runs) != nil || scenarios.Err(findings) != nil || len(findings) == 0 {
			t.Errorf("file %d: %v, %v, %v", i+1, err, scenarios.Incomplete(runs), findings)
		}
	}
}

// What the guide shows in Go is the example that is compiled, but for indentation.
func TestGuideShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(readGuide(t))[1]
	if lines := strings.Count(shown, "\n"); lines > 20 {
		t.Errorf("%d lines: a scenario of one's own takes 20", lines)
	}
	for line := range strings.Lines(shown) {
		if text := strings.TrimSpace(line); !strings.Contains(string(source), text) {
			t.Errorf("the example has no line %q", text)
		}
	}
}

// Every key of a scenario file is explained.
func TestGuideExplainsEveryKey(t *testing.T) {
	text := readGuide(t)
	_, err := scenarios.Parse("x.yaml", []byte("nonsense: 1\nlink: usb\nsessions: [{nonsense: 1}]\nclient: {nonsense: 1, clock: {nonsense: 1}}\n"+
		"game: {nonsense: 1}\nencoder: {nonsense: 1}\ndecoder: {nonsense: 1}\ndisplay: {nonsense: 1}\nhead: {nonsense: 1}\n"), nil)
	if err == nil {
		t.Fatal("nonsense was accepted")
	}
	for told := range strings.Lines(err.Error()) {
		_, keys, found := strings.Cut(strings.TrimSpace(told), "want one of ")
		if !found {
			t.Fatalf("%q does not tell the keys", told)
		}
		for key := range strings.SplitSeq(keys, ", ") {
			if !strings.Contains(text, "`"+key+"`") {
				t.Errorf("the guide does not explain the key %s", key)
			}
		}
	}
}
