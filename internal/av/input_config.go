package av

import (
	"fmt"
	"strings"
	"time"
)

// InputConfig says what an Input is to deliver.
type InputConfig struct {
	// Width and Height are what pictures are scaled to, in luma samples, even. Default the source's own size, rounded down
	// to even numbers.
	Width, Height int
	// FPS is the frame rate of a source that can choose: a generator, a screen. Files keep their own. Default 60.
	FPS int
	// OpenTimeout bounds how long opening may wait for a source that sends nothing. Default 10 s.
	OpenTimeout time.Duration
}

func (c InputConfig) withDefaults() InputConfig {
	if c.FPS == 0 {
		c.FPS = 60
	}
	if c.OpenTimeout == 0 {
		c.OpenTimeout = 10 * time.Second
	}
	return c
}

// Validate returns the fault of the config, taken with its defaults.
func (c InputConfig) Validate() error {
	c = c.withDefaults()
	if c.Width != 0 || c.Height != 0 {
		if err := checkSize(c.Width, c.Height); err != nil {
			return err
		}
	}
	if c.FPS < 1 || c.FPS > 1000 {
		return fmt.Errorf("frame rate %d: want 1 to 1000", c.FPS)
	}
	return nil
}

// InputInfo is what an Input's source is like.
type InputInfo struct {
	// Width and Height are the source's own size, before scaling.
	Width, Height int
	// FPS is the source's mean frame rate, zero where it is not known.
	FPS float64
	// Live is whether the source has a clock of its own: its reads wait for it, and what is not read is lost.
	Live bool
}

// inputKind is the part of an input's spec before the colon.
type inputKind string

const (
	inputLavfi inputKind = "lavfi" // a filter graph that makes pictures
	inputFile  inputKind = "file"  // a file of any format FFmpeg reads
	inputX11   inputKind = "x11"   // the screen of an X11 display
	inputURL   inputKind = "url"   // a network stream by its URL
)

// parseInput splits a spec into its kind and what follows the colon.
func parseInput(spec string) (inputKind, string, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	switch k := inputKind(kind); k {
	case inputLavfi, inputFile, inputX11, inputURL:
		if rest == "" {
			return "", "", fmt.Errorf("input %q: nothing after the colon", spec)
		}
		return k, rest, nil
	}
	return "", "", fmt.Errorf("input %q: want lavfi:GRAPH, file:PATH, x11:DISPLAY or url:URL", spec)
}

// bareFilter returns the name of the only filter of a graph and whether options follow it, or false where the graph is
// more than one filter.
func bareFilter(graph string) (name string, hasOptions, ok bool) {
	if strings.ContainsAny(graph, ",;[]'\\") {
		return "", false, false
	}
	name, _, hasOptions = strings.Cut(strings.TrimSpace(graph), "=")
	return name, hasOptions, name != ""
}

// graphSays reports whether a bare filter's options name one of the keys.
func graphSays(graph string, keys ...string) bool {
	_, options, _ := strings.Cut(graph, "=")
	for option := range strings.SplitSeq(options, ":") {
		key, _, _ := strings.Cut(option, "=")
		for _, k := range keys {
			if strings.TrimSpace(key) == k {
				return true
			}
		}
	}
	return false
}

// sizedGraph gives a bare source the wanted size and rate, where it has such options (known tells) and does not say them
// itself, and reports whether the rate is settled.
func sizedGraph(graph string, want InputConfig, known func(filter, option string) bool) (sized string, rated bool) {
	name, hasOptions, bare := bareFilter(graph)
	if !bare {
		return graph, false
	}
	separator := "="
	if hasOptions {
		separator = ":"
	}
	sized = strings.TrimSpace(graph)
	if want.Width > 0 && known(name, "size") && !graphSays(graph, "size", "s") {
		sized += fmt.Sprintf("%ssize=%dx%d", separator, want.Width, want.Height)
		separator = ":"
	}
	if known(name, "rate") {
		if graphSays(graph, "rate", "r") {
			return sized, false
		}
		return sized + fmt.Sprintf("%srate=%d", separator, want.FPS), true
	}
	return sized, false
}
