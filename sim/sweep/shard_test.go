package sweep_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"airbridge/sim"
	"airbridge/sim/sweep"

	"github.com/google/go-cmp/cmp"
)

func TestShardText(t *testing.T) {
	for text, want := range map[string]sweep.Shard{
		"0/1": {Index: 0, Count: 1}, "0/4": {Index: 0, Count: 4}, "3/4": {Index: 3, Count: 4}, "1048575/1048576": {Index: 1<<20 - 1, Count: 1 << 20},
	} {
		var s sweep.Shard
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want || s.String() != text {
			t.Errorf("%s is read as %+v (%s), %v", text, s, s, err)
		}
	}
	for _, text := range []string{
		"", "/", "4", "4/", "/4", "4/4", "5/4", "0/0", "-1/4", "0/-4", "1/4/5", "1 /4", " 1/4", "1/4 ", "+1/4", "1.0/4", "0x1/4", "a/b",
		"0/1048577", "0/99999999999999999999", strings.Repeat("9", 1000) + "/1",
	} {
		s := sweep.Shard{Index: 2, Count: 3}
		if err := s.UnmarshalText([]byte(text)); !errors.Is(err, sweep.ErrShard) || len(err.Error()) > 200 {
			t.Errorf("UnmarshalText(%.40q) = %.300v, want ErrShard", text, err)
		}
		if s != (sweep.Shard{Index: 2, Count: 3}) {
			t.Errorf("%.40q is refused and changes the shard to %v", text, s)
		}
	}
}

func FuzzShard(f *testing.F) {
	f.Add("0/4")
	f.Fuzz(func(t *testing.T, text string) {
		var s, again sweep.Shard
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		if s.Count < 1 || s.Index < 0 || s.Index >= s.Count {
			t.Fatalf("%q is read as %+v", text, s)
		}
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s {
			t.Fatalf("%q is written as %s, which is read as %+v, %v", text, s, again, err)
		}
	})
}

// TestShardsShareTheJobs gives each job to one shard, evenly and in order.
func TestShardsShareTheJobs(t *testing.T) {
	for _, n := range []int{0, 1, 7, 12} {
		jobs := make([]sweep.Job, n)
		for i := range jobs {
			jobs[i].Scenario.Name = fmt.Sprint(i)
		}
		for _, count := range []int{1, 2, 5, 20} {
			seen := map[string]int{}
			for index := range count {
				mine := sweep.Shard{Index: index, Count: count}.Of(jobs)
				if len(mine) < n/count || len(mine) > (n+count-1)/count {
					t.Errorf("shard %d/%d of %d jobs has %d", index, count, n, len(mine))
				}
				for _, j := range mine {
					seen[j.Scenario.Name]++
				}
			}
			for _, j := range jobs {
				if seen[j.Scenario.Name] != 1 {
					t.Errorf("job %s of %d is in %d of %d shards", j.Scenario.Name, n, seen[j.Scenario.Name], count)
				}
			}
		}
		var got []string
		for _, j := range (sweep.Shard{}).Of(jobs) {
			got = append(got, j.Scenario.Name)
		}
		if len(got) != n {
			t.Errorf("the zero shard has %d of %d jobs", len(got), n)
		}
	}
}

func TestSort(t *testing.T) {
	job := func(name string, seed uint64, v sim.Session) sweep.Job {
		return sweep.Job{Scenario: sim.Scenario{Name: name, Seed: seed, Sessions: []sim.Session{v}}}
	}
	jobs := []sweep.Job{
		job("b", 10, sim.Session{}), job("b", 9, sim.Session{}), job("a", 3, sim.Session{Recovery: "idr"}),
		job("a", 2, sim.Session{Recovery: "fec:5"}), job("a", 1, sim.Session{}),
		{Scenario: sim.Scenario{Name: "a-b", Seed: 1}},
	}
	sweep.Sort(jobs)
	var got []string
	for _, j := range jobs {
		got = append(got, fmt.Sprintf("%s %d", j.Scenario.Name, j.Scenario.Seed))
	}
	if diff := cmp.Diff([]string{"a 2", "a 1", "a 3", "a-b 1", "b 9", "b 10"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
