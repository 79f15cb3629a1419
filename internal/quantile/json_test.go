package quantile

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
)

func TestTextSurvivesARoundTrip(t *testing.T) {
	for name, values := range map[string][]int64{
		"empty":    nil,
		"one":      {42},
		"signed":   {-5, -1, 0, 1, 9_000_000},
		"extremes": {math.MinInt64, math.MaxInt64},
	} {
		var h, got Histogram[int64]
		got.Record(77) // must be replaced
		for _, v := range values {
			h.Record(v)
		}
		text, err := json.Marshal(&h)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := json.Unmarshal(text, &got); err != nil || got != h {
			t.Errorf("%s: %s reads back as another histogram (%v)", name, text, err)
		}
	}
}

func TestTextOfNoHistogramIsRejected(t *testing.T) {
	for name, text := range map[string]string{
		"no object":         `[]`,
		"unknown field":     `{"count":0,"sum":0,"min":0,"max":0,"buckets":[],"mode":1}`,
		"count too high":    `{"count":2,"sum":1,"min":1,"max":1,"buckets":[[1,1]]}`,
		"unordered":         `{"count":2,"sum":3,"min":1,"max":2,"buckets":[[2,1],[1,1]]}`,
		"twice":             `{"count":2,"sum":2,"min":1,"max":1,"buckets":[[1,1],[1,1]]}`,
		"negative count":    `{"count":-1,"sum":1,"min":1,"max":1,"buckets":[[1,-1]]}`,
		"empty bucket":      `{"count":0,"sum":0,"min":0,"max":0,"buckets":[[1,0]]}`,
		"unknown bucket":    `{"count":1,"sum":1,"min":1,"max":1,"buckets":[[999999,1]]}`,
		"minus zero":        `{"count":1,"sum":0,"min":0,"max":0,"buckets":[[-1,1]]}`,
		"minimum elsewhere": `{"count":1,"sum":1,"min":-1,"max":1,"buckets":[[1,1]]}`,
		"maximum elsewhere": `{"count":1,"sum":1,"min":1,"max":9,"buckets":[[1,1]]}`,
		"extremes of none":  `{"count":0,"sum":0,"min":0,"max":9,"buckets":[]}`,
		"overflow": `{"count":-2,"sum":0,"min":1,"max":2,
			"buckets":[[1,9223372036854775807],[2,9223372036854775807]]}`,
	} {
		var h Histogram[int64]
		h.Record(3)
		before := h
		if err := h.UnmarshalJSON([]byte(text)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: UnmarshalJSON = %v, want ErrFormat", name, err)
		}
		if h != before {
			t.Errorf("%s: a rejected text changed the histogram", name)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"count":3,"sum":-2,"min":-2,"max":0,"buckets":[[-3,1],[0,2]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var h, again Histogram[int64]
		if h.UnmarshalJSON(text) != nil {
			return
		}
		h.Quantile(0.5)
		h.Quantile(0.999)
		written, err := h.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalJSON(written); err != nil || again != h {
			t.Fatalf("%s reads back as another histogram (%v)", written, err)
		}
	})
}
