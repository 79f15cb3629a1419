package main

import (
	"os"
	"testing"
)

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
