package reports

import (
	"bytes"
	"encoding/json"
	"fmt"

	"airbridge/streamer/statistics"
)

// MarshalJSON writes an object in the order of a frame's walk.
func (s Stages) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, stage := range s {
		if i > 0 {
			out = append(out, ',')
		}
		value, err := json.Marshal(stage)
		if err != nil {
			return nil, fmt.Errorf("stage %v: %w", statistics.Stage(i), err)
		}
		out = fmt.Appendf(out, "%q:%s", statistics.Stage(i).String(), value)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads an object that has every stage and nothing else.
func (s *Stages) UnmarshalJSON(text []byte) error {
	var named map[string]json.RawMessage
	if err := json.Unmarshal(text, &named); err != nil {
		return fmt.Errorf("stages: %w", err)
	}
	if len(named) != statistics.StageCount {
		return fmt.Errorf("stages: %d of them, want %d", len(named), statistics.StageCount)
	}
	for i := range s {
		name := statistics.Stage(i).String()
		value, ok := named[name]
		if !ok {
			return fmt.Errorf("stages: %s is missing", name)
		}
		if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
			s[i] = nil
			continue
		}
		s[i] = new(Stage)
		dec := json.NewDecoder(bytes.NewReader(value))
		dec.DisallowUnknownFields()
		if err := dec.Decode(s[i]); err != nil {
			return fmt.Errorf("stage %s: %w", name, err)
		}
	}
	return nil
}
