package vrload

import "time"

// Case is a workload with a name.
type Case struct {
	Name string
	Workload
	// Core is set for the cases that a comparison always runs; the others take long in ns-3.
	Core bool
	// Repeat multiplies the number of ns-3's runs: 2 where they lie so far apart that a few of them say little, else 1.
	Repeat int
}

// Cases are the workloads by which the cell is compared with ns-3.
func Cases() []Case {
	of := func(name string, core bool, change func(w *Workload)) Case {
		w := Default()
		change(&w)
		return Case{name, w, core, 1}
	}
	contended := func(others int, mbps float64) func(w *Workload) {
		return func(w *Workload) { w.Stations, w.Background = others+1, mbps }
	}
	crowded := of("5x25", true, contended(5, 25))
	crowded.Repeat = 2
	return []Case{
		of("clean", true, func(*Workload) {}),
		of("3x15", true, contended(3, 15)),
		crowded,
		of("2x40", false, contended(2, 40)),
		of("8x10", false, contended(8, 10)),
		of("mcs5", false, func(w *Workload) { w.MCS = 5 }),
		of("mcs5-3x15", false, func(w *Workload) { w.MCS, w.Stations, w.Background = 5, 4, 15 }),
		of("120fps", false, func(w *Workload) { w.FPS, w.Mbps = 120, 100 }),
		of("3x15-video", false, func(w *Workload) { w.Stations, w.Background, w.Priority = 4, 15, 5 }),
		of("5x25-video", false, func(w *Workload) { w.Stations, w.Background, w.Priority = 6, 25, 5 }),
		of("3x15-voice", false, func(w *Workload) { w.Mbps, w.Stations, w.Background, w.Priority = 5, 4, 15, 6 }),
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
