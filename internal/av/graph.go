//go:build cgo

package av

import (
	"fmt"
	"runtime"
	"strconv"

	"github.com/asticode/go-astiav"
)

// graph is a filter graph with at most one input and one output.
type graph struct {
	graph  *astiav.FilterGraph
	source *astiav.FilterContext // nil where the graph makes its own pictures
	sink   *astiav.FilterContext
	input  format
}

// format is what a graph needs to know about the frames it is fed.
type format struct {
	width, height int
	pixel         astiav.PixelFormat
	colour        astiav.ColorRange
}

func formatOf(f *astiav.Frame) format {
	return format{width: f.Width(), height: f.Height(), pixel: f.PixelFormat(), colour: f.ColorRange()}
}

// newGenerator returns a graph that makes its own pictures.
func newGenerator(description string) (*graph, error) {
	g := &graph{}
	return g, g.build(description)
}

// newConverter returns a graph fed with frames of the format.
func newConverter(description string, in format, base astiav.Rational) (*graph, error) {
	g := &graph{input: in}
	g.allocate()
	var err error
	g.source, err = g.graph.NewFilterContext(astiav.FindFilterByName("buffer"), "in", astiav.FilterArgs{
		"video_size": fmt.Sprintf("%dx%d", in.width, in.height),
		"pix_fmt":    strconv.Itoa(int(in.pixel)),
		"time_base":  fmt.Sprintf("%d/%d", base.Num(), base.Den()),
	})
	if err != nil {
		return g, fmt.Errorf("filter source: %w", err)
	}
	return g, g.build("[in]" + description)
}

func (g *graph) allocate() {
	g.graph = astiav.AllocFilterGraph()
	g.graph.SetThreadCount(min(runtime.NumCPU(), 4))
}

// build parses the description, whose output is left open, and connects its ends.
func (g *graph) build(description string) (err error) {
	if g.graph == nil {
		g.allocate()
	}
	g.sink, err = g.graph.NewFilterContext(astiav.FindFilterByName("buffersink"), "out", nil)
	if err != nil {
		return fmt.Errorf("filter sink: %w", err)
	}
	// What the caller of the parser calls its output is the graph's input, and the other way round.
	in := astiav.AllocFilterInOut()
	defer in.Free()
	in.SetName("out")
	in.SetFilterContext(g.sink)
	out := (*astiav.FilterInOut)(nil)
	if g.source != nil {
		out = astiav.AllocFilterInOut()
		defer out.Free()
		out.SetName("in")
		out.SetFilterContext(g.source)
	}
	if err := g.graph.Parse(description+"[out]", in, out); err != nil {
		// A failed parse has freed every filter of the graph.
		g.source, g.sink = nil, nil
		return fmt.Errorf("filter graph: %w", err)
	}
	if err := g.graph.Configure(); err != nil {
		return fmt.Errorf("filter graph: %w", err)
	}
	return nil
}

// push feeds a frame, which stays the caller's; nil is the end.
func (g *graph) push(f *astiav.Frame) error {
	return g.source.BuffersrcAddFrame(f, astiav.NewBuffersrcFlags(astiav.BuffersrcFlagKeepRef))
}

// pull takes a frame out into f.
func (g *graph) pull(f *astiav.Frame) error {
	return g.sink.BuffersinkGetFrame(f, astiav.NewBuffersinkFlags())
}

// free frees the graph; its frames live on.
func (g *graph) free() {
	// astiav keeps a table of contexts that only their own Free clears.
	if g.source != nil {
		g.source.Free()
	}
	if g.sink != nil {
		g.sink.Free()
	}
	if g.graph != nil {
		g.graph.Free()
	}
}
