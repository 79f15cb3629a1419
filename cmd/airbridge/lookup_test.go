package main

import (
	"os"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "usb", 3}, {"usb", "", 3}, {"usb", "usb", 0}, {"usc", "usb", 1}, {"ub", "usb", 1}, {"uusb", "usb", 1},
		{"kitten", "sitting", 3}, {"wifi6-buzy", "wifi6-busy", 1}, {"abc", "cab", 2},
	} {
		if got, back := distance(c.a, c.b), distance(c.b, c.a); got != c.want || back != got {
			t.Errorf("distance(%q, %q) = %d, and %d the other way round, want %d", c.a, c.b, got, back, c.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"usb", "ethernet", "wifi6-busy", "wifi6-near", "wifi5-near", "mesh-roam"}
	for word, want := range map[string]string{
		"wifi6-buzy":   "did you mean wifi6-busy? ",
		"ethernt":      "did you mean ethernet? ",
		"wifi7-near":   "did you mean wifi6-near or wifi5-near? ",
		"roam":         "did you mean mesh-roam? ",
		"ub":           "did you mean usb? ",
		"starlink-far": "",
		"":             "",
	} {
		if got := suggest(word, known); got != want {
			t.Errorf("suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

// A word without folder and extension is a name first and a file second.
func TestOpenScenario(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"usb": "link: ethernet\n", "attic": "link: lossy\n", "attic.yaml": "link: bursty\nname: upstairs\n", "down.txt": "0 10\n1 20\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for word, want := range map[string]string{"usb": "usb", "./usb": "ethernet", "attic": "lossy", "attic.yaml": "bursty", "down.txt": "down.txt"} {
		s, err := openScenario(word)
		if err != nil || s.LinkName != want {
			t.Errorf("openScenario(%q) is over %q, %v, want %q", word, s.LinkName, err, want)
		}
	}
}
