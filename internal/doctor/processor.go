package doctor

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/cpu"
)

// processorFacts is what the Go runtime and the kernel say of the processor.
type processorFacts struct {
	goVersion, system string
	cores, maxProcs   int
	aes               bool
	// governor, driver and clock are empty where the kernel does not say, as in most virtual machines.
	governor, driver, clock string
}

func probeProcessor(context.Context) processorFacts {
	f := processorFacts{
		goVersion: runtime.Version(), system: runtime.GOOS + "/" + runtime.GOARCH,
		cores: runtime.NumCPU(), maxProcs: runtime.GOMAXPROCS(0),
		aes: cpu.X86.HasAES || cpu.ARM64.HasAES,
	}
	f.readKernel(os.DirFS("/sys/devices/system"))
	return f
}

// readKernel reads what sysfs, from /sys/devices/system on, says.
func (f *processorFacts) readKernel(system fs.FS) {
	read := func(name string) string {
		text, err := fs.ReadFile(system, name)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(text))
	}
	f.governor = read("cpu/cpu0/cpufreq/scaling_governor")
	f.driver = read("cpu/cpu0/cpufreq/scaling_driver")
	f.clock = read("clocksource/clocksource0/current_clocksource")
}

// processor checks the Go runtime, the cores, the power governor and the clock.
func processor(probe func(context.Context) processorFacts) Check {
	return func(ctx context.Context) []Finding {
		f := probe(ctx)
		found := []Finding{f.judgeRuntime(), f.judgeCores()}
		if f.governor != "" {
			found = append(found, f.judgeGovernor())
		}
		if f.clock != "" {
			found = append(found, f.judgeClock())
		}
		return found
	}
}

func (f processorFacts) judgeRuntime() Finding {
	return Finding{Area: "Go", State: OK, Detail: f.goVersion + " " + f.system}
}

func (f processorFacts) judgeCores() Finding {
	got := Finding{Area: "processor", State: OK}
	got.Detail = fmt.Sprintf("%d cores, GOMAXPROCS %d", f.cores, f.maxProcs)
	if f.aes {
		got.Detail += ", AES instructions"
	}
	if f.cores < 2 {
		got.State = Warn
		got.Detail += ": source, encoder and pacing share one core"
		got.Remedy = "use a machine with two cores or more, or a smaller --size and --fps"
	}
	return got
}

// Drivers whose powersave governor raises the clock with the load all the same.
var selfScaling = []string{"intel_pstate", "amd-pstate-epp"}

func (f processorFacts) judgeGovernor() Finding {
	got := Finding{Area: "power governor", State: OK, Detail: f.governor}
	if f.driver != "" {
		got.Detail += " (" + f.driver + ")"
	}
	if f.governor == "powersave" && !slices.Contains(selfScaling, f.driver) {
		got.State = Warn
		got.Detail += ": the processor stays at its lowest clock"
		got.Remedy = "sudo apt-get install linux-cpupower && sudo cpupower frequency-set -g performance"
	}
	return got
}

func (f processorFacts) judgeClock() Finding {
	got := Finding{Area: "clock", State: OK, Detail: f.clock}
	if f.clock == "hpet" || f.clock == "acpi_pm" {
		got.State = Warn
		got.Detail += ": reading the time costs about a microsecond and a system call"
		got.Remedy = "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
	}
	return got
}
