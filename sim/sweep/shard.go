package sweep

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Shard is a share of a sweep: the jobs whose number, counted from 0, is Index modulo Count. The zero value is everything.
type Shard struct{ Index, Count int }

// ErrShard says that a text is no shard.
var ErrShard = errors.New("want I/N with 0 <= I < N, such as 0/4")

// maxShards bounds the machines of a sweep.
const maxShards = 1 << 20

// UnmarshalText reads I/N.
func (s *Shard) UnmarshalText(text []byte) error {
	index, count, _ := strings.Cut(string(text), "/")
	i, err := strconv.ParseUint(index, 10, 32)
	n, err2 := strconv.ParseUint(count, 10, 32)
	if err != nil || err2 != nil || i >= n || n > maxShards {
		return fmt.Errorf("%.40q: %w", text, ErrShard)
	}
	*s = Shard{int(i), int(n)}
	return nil
}

// String writes I/N.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Of returns the shard's share of the jobs, in their order.
func (s Shard) Of(jobs []Job) []Job {
	if s.Count <= 1 {
		return jobs
	}
	var mine []Job
	for i := s.Index; i < len(jobs); i += s.Count {
		mine = append(mine, jobs[i])
	}
	return mine
}
