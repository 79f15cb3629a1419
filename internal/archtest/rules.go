package archtest

import (
	"slices"
	"strings"
)

// codecs is the only package that may touch FFmpeg and C.
const codecs = "internal/av"

// coreTrees are the folders in which every package decides, and does nothing, unless it is one of shells.
var coreTrees = []string{
	"units", "machine", "protocol", "streamer", "client", "netem", "sim", "internal/quantile", "internal/stream", "internal/spelling", "internal/marker", "internal/picture",
}

// shells are the folders in those trees that may do things: own a goroutine, a socket, a codec, a device, a file.
var shells = []string{
	"streamer/shell", "streamer/source", "streamer/encoder", "streamer/spectator", "streamer/dashboard",
	"client/shell", "client/decoder", "client/display", "client/audio",
	"netem/vnetlab", "netem/relay", "netem/pcap", "netem/wifi/check",
	"sim/vnet", "sim/loopback", "sim/sweep", "sim/wake/fit", "sim/encoder/fit",
}

// coresInShells are cores inside folders of shells.
var coresInShells = []string{"streamer/source/scene"}

// lab is what measures production code and is never part of it; labUsers may import it.
var (
	lab      = []string{"sim", "netem", "scenarios", "reports"}
	labUsers = append([]string{"cmd", "scripts"}, lab...)
)

// sending is the one package of protocol that hands finished datagrams to a machine's output.
const sending = "protocol/link"

// within says whether a package is one of the folders or lies inside one.
func within(pkg string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

func isCore(pkg string) bool {
	return within(pkg, coresInShells...) || within(pkg, coreTrees...) && !within(pkg, shells...)
}

func inLab(pkg string) bool { return within(pkg, lab...) }

// wrongWay says why a package of the module may not import another; empty where it may.
func wrongWay(pkg, imported string) string {
	switch {
	case within(pkg, "units"):
		return "units imports nothing of the project"
	case within(pkg, "machine") && !within(imported, "units"):
		return "the machine contract knows units only"
	case within(imported, "cmd"):
		return "nothing imports a program"
	case within(pkg, "streamer") && within(imported, "client"), within(pkg, "client") && within(imported, "streamer"):
		return "streamer and client never import each other"
	case within(imported, lab...) && !within(pkg, labUsers...):
		return "production code never imports the lab"
	case within(pkg, "protocol") && !mayServeProtocol(pkg, imported):
		return "protocol imports units, protocol and what is pure of internal"
	case within(pkg, "transport") && within(imported, "streamer", "client"):
		return "dependencies point inwards"
	case within(pkg, "internal") && within(imported, "streamer", "client"):
		return "dependencies point inwards"
	case isCore(pkg) && within(imported, codecs, "transport", "streamer/shell", "client/shell"):
		return "a core imports no shell"
	}
	return ""
}

func mayServeProtocol(pkg, imported string) bool {
	return within(imported, "protocol", "units") || within(imported, "internal") && isCore(imported) ||
		pkg == sending && imported == "machine"
}

// forbidden are packages, with all inside them, by which a core would do something itself; purePackages are exempt.
var (
	forbidden = []string{
		"sync", "crypto/rand", "net", "os", "unsafe", "syscall", "io/ioutil", "plugin",
		"golang.org/x/sys", "golang.org/x/sync", "golang.org/x/net", "github.com/pion/transport",
	}
	purePackages = []string{"net/netip"}
)

func forbiddenInCore(imported string) bool {
	return within(imported, forbidden...) && !within(imported, purePackages...)
}

// clockNames are what of package time reads or waits for a clock; contextClocks the same of package context.
var (
	clockNames    = []string{"Now", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Since", "Until"}
	contextClocks = []string{"WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause", "AfterFunc"}
)

// seeded are the names of math/rand and math/rand/v2 that do not draw from the global source.
var seeded = []string{"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf"}

// forbiddenName says whether a core may not use a name of a package.
func forbiddenName(pkg, name string) bool {
	switch pkg {
	case "time":
		return slices.Contains(clockNames, name)
	case "context":
		return slices.Contains(contextClocks, name)
	case "math/rand", "math/rand/v2":
		return !slices.Contains(seeded, name)
	}
	return false
}
