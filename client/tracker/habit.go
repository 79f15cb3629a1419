package tracker

import (
	"math"
	"time"
)

const degree = math.Pi / 180

// The habits of a seated player. A glance of 120 degrees peaks at about 150 degrees a second, ordinary ones at 30 to
// 90; breathing (every four seconds or so) lifts the head by millimetres; the trunk sways by a few centimetres.
var (
	yawHabit = habit{
		glance:  55 * degree,
		calm:    20 * degree,
		wave:    [waveCount]float64{3.0 * degree, 1.0 * degree, 0.15 * degree},
		periods: [waveCount]time.Duration{7300 * time.Millisecond, 2900 * time.Millisecond, 790 * time.Millisecond},
	}
	pitchHabit = habit{
		glance:  20 * degree,
		calm:    8 * degree,
		wave:    [waveCount]float64{1.5 * degree, 0.6 * degree, 0.1 * degree},
		periods: [waveCount]time.Duration{8900 * time.Millisecond, 3700 * time.Millisecond, 670 * time.Millisecond},
	}
	rollHabit = habit{
		wave:    [waveCount]float64{2.0 * degree, 0.8 * degree, 0.1 * degree},
		periods: [waveCount]time.Duration{9700 * time.Millisecond, 4100 * time.Millisecond, 830 * time.Millisecond},
	}
	sideHabit = habit{
		wave:    [waveCount]float64{0.025, 0.010, 0.001},
		periods: [waveCount]time.Duration{6700 * time.Millisecond, 2300 * time.Millisecond, 710 * time.Millisecond},
	}
	heightHabit = habit{
		wave:    [waveCount]float64{0.008, 0.004, 0.0005},
		periods: [waveCount]time.Duration{11300 * time.Millisecond, 3900 * time.Millisecond, 610 * time.Millisecond},
	}
	depthHabit = habit{
		wave:    [waveCount]float64{0.030, 0.008, 0.001},
		periods: [waveCount]time.Duration{8300 * time.Millisecond, 3100 * time.Millisecond, 730 * time.Millisecond},
	}
)
