package handle

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"airbridge/machine"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	var table Table[string]
	a, b := table.Put("a"), table.Put("b")
	if a == 0 || b == 0 || a == b {
		t.Fatalf("handles %d and %d: want two, and neither zero", a, b)
	}
	if got := table.Get(a); got != "a" || table.Len() != 2 {
		t.Errorf("Get(%d) = %q of %d, want a of 2", a, got, table.Len())
	}
	if got := table.Take(a); got != "a" || table.Len() != 1 {
		t.Errorf("Take(%d) = %q and leaves %d, want a and 1", a, got, table.Len())
	}
	if c := table.Put("c"); c == a || c == b {
		t.Errorf("the number %d is given again", c)
	}
	rest := table.Drain()
	slices.Sort(rest)
	if diff := cmp.Diff([]string{"b", "c"}, rest); diff != "" {
		t.Errorf("Drain() (-want +got):\n%s", diff)
	}
	if table.Len() != 0 || len(table.Drain()) != 0 {
		t.Errorf("%d left after Drain", table.Len())
	}
}

func TestBrokenCoresArePanics(t *testing.T) {
	for name, f := range map[string]func(*Table[int]){
		"get of nothing":   func(t *Table[int]) { t.Get(0) },
		"get of the next":  func(t *Table[int]) { t.Get(t.Put(1) + 1) },
		"get after take":   func(t *Table[int]) { h := t.Put(1); t.Take(h); t.Get(h) },
		"take twice":       func(t *Table[int]) { h := t.Put(1); t.Take(h); t.Take(h) },
		"take after drain": func(t *Table[int]) { h := t.Put(1); t.Drain(); t.Take(h) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, "is not held") {
					t.Errorf("%s: panic %q, want one that names the handle", name, r)
				}
			}()
			f(&Table[int]{})
		}()
	}
}

// The decoder's goroutine puts while the pump's takes.
func TestTableIsSafeForConcurrentUse(t *testing.T) {
	var table Table[int]
	given := make(chan machine.Handle, 16)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for n := range 1000 {
				given <- table.Put(i*1000 + n)
			}
		})
	}
	sum := 0
	for range 4000 {
		h := <-given
		seen := table.Get(h)
		if taken := table.Take(h); taken != seen {
			t.Errorf("handle %d stands for %d and %d", h, seen, taken)
		}
		sum += seen
	}
	group.Wait()
	if want := 4000 * 3999 / 2; sum != want || table.Len() != 0 {
		t.Errorf("took a sum of %d and left %d, want %d and none", sum, table.Len(), want)
	}
}
