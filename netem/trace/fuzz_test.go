package trace_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/trace"
)

// Whatever the bytes: no panic, and what is accepted plays within its bounds and gets on in time.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"0 10\n1 2.5\n", "time,rate\n0,10\n", "1\n2\n2\n9\n", "0\n3\n", "10,Mbits/sec\n", "t (ms);kbps\n1;2\n",
		"2019.12.16_13.40.04,3\n", "0 1e12", "-1 1\n1e9 2\n", "\xef\xbb\xbf# x\n0 1",
	} {
		f.Add([]byte(seed), uint8(0))
	}
	f.Add([]byte("0 1\n"), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, format uint8) {
		c, err := trace.Parse("x", bytes.NewReader(data), trace.Format(format%4))
		if err != nil {
			if !errors.Is(err, trace.ErrFormat) {
				t.Fatalf("%v is no ErrFormat", err)
			}
			return
		}
		if c.Length() <= 0 || c.Length() > 2*trace.MaxLength || c.Mean() < 1 || c.Mean() > 2e12*1500 {
			t.Fatalf("length %v, mean %v", c.Length(), c.Mean())
		}
		at := netem.True(0)
		for range 1000 {
			next := netem.Never
			if r := c.Rate(); r != nil {
				rate, until := r.At(at)
				if rate < 0 || rate > trace.MaxRate {
					t.Fatalf("rate %v at %d", rate, at)
				}
				next = until
			} else {
				first, size := c.Pulses().First(at)
				if first < at || size < trace.Opportunity {
					t.Fatalf("opportunity of %d bytes at %d, asked at %d", size, first, at)
				}
				next = first + 1
			}
			if next <= at {
				t.Fatalf("stuck at %d", at)
			}
			if at = next; at > netem.True(3*trace.MaxLength) {
				break
			}
		}
	})
}

func FuzzParseDelays(f *testing.F) {
	for _, seed := range []string{recordedDelays, "0,1\n1,2\n", "t,delay_us\n1,-1\n", "1e300,1\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := trace.ParseDelays("x", bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, at := range []time.Duration{0, 1, d.Length() / 2, d.Length(), 3 * d.Length() / 2} {
			if got := d.At(netem.True(at)); got < 0 || got > time.Minute+1 {
				t.Fatalf("delay %v at %v", got, at)
			}
		}
	})
}

func FuzzParseFrames(f *testing.F) {
	for _, seed := range []string{"1200,0.016\n", "size,interval_ms\n1,2\n", "#x\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := trace.ParseFrames("x", bytes.NewReader(data))
		if (len(frames) == 0) != (err != nil) {
			t.Fatalf("%d frames, %v", len(frames), err)
		}
		for _, frame := range frames {
			if frame.Size < 1 || frame.Interval < 0 || frame.Interval > time.Minute {
				t.Fatalf("frame %+v", frame)
			}
		}
	})
}
