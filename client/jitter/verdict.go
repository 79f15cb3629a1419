package jitter

import "fmt"

// Verdict is what became of a shard.
type Verdict uint8

// The verdicts. Those from RefusedMalformed on say that the sender broke the rules.
const (
	// Accepted: new, and kept.
	Accepted Verdict = iota
	// Duplicate: its frame has it already, or has recovered it.
	Duplicate
	// Spare: parity of which its block has no need.
	Spare
	// Stale: its frame was dropped or evicted.
	Stale
	// Full: every slot holds a newer frame.
	Full
	// RefusedMalformed: the header's fields do not agree with each other.
	RefusedMalformed
	// RefusedSize: the payload has not the length that its place demands.
	RefusedSize
	// RefusedLong: the frame would be longer than allowed.
	RefusedLong
	// RefusedContradiction: it does not go with earlier shards of its frame.
	RefusedContradiction
	// RefusedAhead: its frame is too far ahead of the newest.
	RefusedAhead
	verdictEnd
)

// Verdicts is how many verdicts there are.
const Verdicts = int(verdictEnd)

var verdictNames = [Verdicts]string{
	"accepted", "duplicate", "spare", "stale", "full", "refused: malformed", "refused: size", "refused: frame too long",
	"refused: contradiction", "refused: too far ahead",
}

// String names the verdict.
func (v Verdict) String() string {
	if v < verdictEnd {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict %d", uint8(v))
}

// Refused says that the shard broke the rules, which no honest network makes a shard do.
func (v Verdict) Refused() bool { return v >= RefusedMalformed }

// Stats counts what happened since New.
type Stats struct {
	// Shards counts the shards pushed, by verdict.
	Shards [Verdicts]uint64
	// Completed counts frames that were finished, Dropped unfinished frames that the caller dropped, and Evicted
	// unfinished frames that made room for newer ones.
	Completed, Dropped, Evicted uint64
	// Recovered counts the data shards of finished frames that were made from parity.
	Recovered uint64
	// Holes counts the holes reported, evictions not among them.
	Holes uint64
}
