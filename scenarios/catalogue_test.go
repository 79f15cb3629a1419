package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"airbridge/netem/profile"
	"airbridge/scenarios"
)

func TestCatalogueIsSound(t *testing.T) {
	names, families := map[string]bool{}, strings.Split(scenarios.Families(), ", ")
	last := ""
	for _, s := range scenarios.List() {
		if names[s.Name] {
			t.Errorf("%s: twice", s.Name)
		}
		names[s.Name] = true
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if s.Title == "" || s.Source == "" || s.About == "" || len(s.Expect) == 0 || s.LinkName == "" || strings.ContainsAny(s.Title, "|\n") {
			t.Errorf("%s: title %q, source %q, about %q, link %q, %d expectations", s.Name, s.Title, s.Source, s.About, s.LinkName, len(s.Expect))
		}
		if key := s.Family + " " + s.Name; s.Family == families[0] {
			if key < last {
				t.Errorf("%s comes after %s", key, last)
			}
			last = key
		} else {
			families, last = families[1:], key
		}
		if scenarios.FamilyTitle(s.Family) == s.Family {
			t.Errorf("family %s has no title", s.Family)
		}
		if got, err := scenarios.Open(s.Name, nil); err != nil || got.Title != s.Title {
			t.Errorf("Open(%s) = %q, %v", s.Name, got.Title, err)
		}
	}
	for _, link := range profile.Names() {
		if !names[link] {
			t.Errorf("the link profile %s is no scenario", link)
		}
	}
	for _, section := range []string{"5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "6.2-5.1"} {
		if !names["rfc8867-"+section] {
			t.Errorf("no scenario of RFC 8867 §%s", section)
		}
	}
}

// A scenario that a caller changed is whole again the next time.
func TestListIsMadeAnew(t *testing.T) {
	scenarios.List()[0].Expect[0].Metric = "nonsense"
	if err := scenarios.List()[0].Validate(); err != nil {
		t.Error(err)
	}
}

func TestOpenFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("capacity.txt", "0 50\n1 30\n2 80\n")
	tests := []struct{ path, name, link string }{
		{write("a.yaml", "link: usb\n"), "a", "usb"},
		{write("b.yaml", "title: t\nlink: capacity.txt\nname: bee\n"), "bee", "capacity.txt"},
		{write("c.yaml", "link: {both: {trace: capacity.txt}}\n"), "c", "link of c"},
		{write("d.yaml", "both: {rate: 40M}\n"), "d.yaml", "d.yaml"}, // a link file
		{filepath.Join(folder, "capacity.txt"), "capacity.txt", "capacity.txt"},
		{write("plain", "link: wifi6-near\nduration: 5s\n"), "plain", "wifi6-near"},
	}
	for _, tt := range tests {
		s, err := scenarios.Open(tt.path, os.ReadFile)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		if s.Name != tt.name || s.LinkName != tt.link || s.Family != "own" {
			t.Errorf("%s: %s over %s, family %s", tt.path, s.Name, s.LinkName, s.Family)
		}
		if _, err := s.Link(1); err != nil {
			t.Errorf("%s: %v", tt.path, err)
		}
	}
	for name, want := range map[string]string{
		"wifi6": "did you mean wifi6-busy", "nothing-like-it": "sim list", "./none.yaml": "none.yaml", "": "no such scenario",
	} {
		if _, err := scenarios.Open(name, os.ReadFile); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want %q", name, err, want)
		}
	}
	if _, err := scenarios.Open("x", nil); err == nil {
		t.Error("no files, no name, and no error")
	}
}

// A failed spec tells the seed, the command, and where its page is; one session has a page, several have an index.
func TestAccountOfAFailure(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"usb", "rfc8867-5.4"} {
		s, _ := scenarios.Named(name)
		s.Seed, s.Duration, s.Expect = 7, 45e9, nil
		if name == "usb" {
			s.Duration = 3e9
		}
		runs, _, err := s.Run("test")
		if err != nil {
			t.Fatal(err)
		}
		text := (&streamed{s, runs, nil}).account(folder)
		path := filepath.Join(folder, name+"-seed7.html")
		for _, want := range []string{"seed:   7\n", "airbridge sim run " + name + " --seed 7 --duration " + s.Duration.String(), "report: " + path} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in %q", want, text)
			}
		}
		if page, err := os.ReadFile(path); err != nil || !strings.Contains(string(page), "<html") || !strings.Contains(string(page), name) {
			t.Errorf("%s: %d bytes, %v", path, len(page), err)
		}
	}
}
