package archtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func Example() {
	module := fstest.MapFS{"units/units.go": {Data: []byte("package units\n\nimport _ \"example/client\"\n")}}
	found, err := Check(module, "example")
	fmt.Println(found, err)
	// Output: [units/units.go:3: units imports client: units imports nothing of the project] <nil>
}

// TestModuleKeepsItsArchitecture is what the package exists for.
func TestModuleKeepsItsArchitecture(t *testing.T) {
	root := os.DirFS("../..")
	mod, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(mod), "\n")
	found, err := Check(root, strings.TrimPrefix(first, "module "))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

// TestShellsAndCoresAreDisjoint keeps the lists honest: a core that a shell's entry swallows would not be checked.
func TestShellsAndCoresAreDisjoint(t *testing.T) {
	for pkg, core := range map[string]bool{
		"units": true, "machine": true, "protocol/wire": true, "protocol": true, "streamer": true, "streamer/pacer": true,
		"streamer/statistics": true, "streamer/control/bitrate": true, "streamer/source/scene": true, "client": true,
		"client/jitter": true, "client/presenter": true, "client/tracker": true, "netem": true, "netem/wifi": true,
		"internal/quantile": true, "internal/marker": true, "internal/picture": true, "streamer/newroom": true,
		"streamer/shell": false, "streamer/source": false, "streamer/source/file": false, "client/shell": false,
		"client/display/headless": false, "transport": false, "cmd/airbridge": false, "internal/av": false,
		"netem/vnetlab": false, "netem/relay": false, "sim": true, "sim/encoder": true, "sim/encoder/fit": false, "sim/vnet": false, "unitsof": false,
	} {
		if isCore(pkg) != core {
			t.Errorf("isCore(%s) = %v, want %v", pkg, !core, core)
		}
	}
}

var wanted = regexp.MustCompile("// want `([^`]*)`")

// expectations reads the comments of a bad module: what Check must find, and where.
func expectations(t *testing.T, root fs.FS) (want []string) {
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := fs.ReadFile(root, name)
		for i, line := range strings.Split(string(src), "\n") {
			for _, m := range wanted.FindAllStringSubmatch(line, -1) {
				want = append(want, fmt.Sprintf("%s:%d: %s", name, i+1, m[1]))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// TestEveryBreachIsFound runs Check over a module in which every line that breaks a rule says so, and no other does.
func TestEveryBreachIsFound(t *testing.T) {
	root := os.DirFS(path.Join("testdata", "bad"))
	want := expectations(t, root)
	if len(want) < 40 {
		t.Fatalf("%d expectations: the bad module was not read", len(want))
	}
	found, err := Check(root, "bad")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range found {
		got = append(got, v.String())
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check of the bad module (-want +got):\n%s", diff)
	}
}

func TestSourceThatDoesNotParseIsAnError(t *testing.T) {
	if _, err := Check(fstest.MapFS{"x.go": {Data: []byte("package")}}, "m"); err == nil || !strings.Contains(err.Error(), "parse x.go") {
		t.Errorf("Check of half a file = %v, want a parse error", err)
	}
	if _, err := Check(os.DirFS("testdata/none"), "m"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Check of no folder = %v, want fs.ErrNotExist", err)
	}
}

func TestTestsAndTestdataAreNotRead(t *testing.T) {
	bad := &fstest.MapFile{Data: []byte("package units\n\nimport _ \"sync\"\n")}
	found, err := Check(fstest.MapFS{
		"units/a_test.go": bad, "units/testdata/a.go": bad, ".git/units/a.go": bad, "units/notes.txt": bad, "_old/units/a.go": bad,
	}, "m")
	if err != nil || len(found) != 0 {
		t.Errorf("Check = %v, %v, want nothing", found, err)
	}
	found, err = Check(fstest.MapFS{"units/a_windows.go": bad}, "m")
	if err != nil || len(found) != 1 {
		t.Errorf("Check of a file for another system = %v, %v, want one violation", found, err)
	}
}

func TestLocalNames(t *testing.T) {
	for imported, want := range map[string]string{
		"time": "time", "math/rand": "rand", "math/rand/v2": "rand", "example.com/vase": "vase", "v2": "v2",
	} {
		if got := localName(imported); got != want {
			t.Errorf("localName(%s) = %s, want %s", imported, got, want)
		}
	}
}
