package doctor

import (
	"context"
	"testing"
	"testing/fstest"
)

func given[T any](facts T) func(context.Context) T { return func(context.Context) T { return facts } }

func TestProcessor(t *testing.T) {
	desk := processorFacts{goVersion: "go1.26.8", system: "linux/amd64", cores: 8, maxProcs: 8, aes: true}
	for _, c := range []struct {
		name  string
		edit  func(*processorFacts)
		area  string
		state State
		words []string
	}{
		{"runtime", func(*processorFacts) {}, "Go", OK, []string{"go1.26.8", "linux/amd64"}},
		{"cores", func(*processorFacts) {}, "processor", OK, []string{"8 cores", "AES"}},
		{"one core", func(f *processorFacts) { f.cores, f.maxProcs = 1, 1 }, "processor", Warn, []string{"two cores"}},
		{"performance", func(f *processorFacts) { f.governor, f.driver = "performance", "acpi-cpufreq" }, "power governor", OK, []string{"acpi-cpufreq"}},
		{"powersave", func(f *processorFacts) { f.governor, f.driver = "powersave", "acpi-cpufreq" }, "power governor", Warn, []string{"cpupower frequency-set"}},
		{"powersave which scales itself", func(f *processorFacts) { f.governor, f.driver = "powersave", "intel_pstate" }, "power governor", OK, nil},
		{"tsc", func(f *processorFacts) { f.clock = "tsc" }, "clock", OK, nil},
		{"hpet", func(f *processorFacts) { f.clock = "hpet" }, "clock", Warn, []string{"current_clocksource"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := desk
			c.edit(&facts)
			expect(t, judged(t, processor(given(facts)), c.area), c.state, c.words...)
		})
	}
}

// A virtual machine says nothing about power and clocks; then neither do we.
func TestProcessorWithoutKernelFacts(t *testing.T) {
	var f processorFacts
	f.readKernel(fstest.MapFS{})
	if found := processor(given(f))(t.Context()); len(found) != 2 {
		t.Errorf("%d findings, want the runtime and the cores only: %+v", len(found), found)
	}
}

func TestReadKernel(t *testing.T) {
	var f processorFacts
	f.readKernel(fstest.MapFS{
		"cpu/cpu0/cpufreq/scaling_governor":            {Data: []byte("powersave\n")},
		"cpu/cpu0/cpufreq/scaling_driver":              {Data: []byte("acpi-cpufreq\n")},
		"clocksource/clocksource0/current_clocksource": {Data: []byte("hpet\n")},
	})
	if f.governor != "powersave" || f.driver != "acpi-cpufreq" || f.clock != "hpet" {
		t.Errorf("read %+v", f)
	}
}
