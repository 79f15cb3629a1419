package doctor

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// graphicsFacts is which graphics processors the machine has and whether this user may use them.
type graphicsFacts struct {
	// makers are vendor numbers of PCI as sysfs writes them, in order of the bus.
	makers []string
	// locked is a render node that exists but does not open for this user.
	locked string
}

// The makers whose encoders FFmpeg drives, by PCI vendor number, and what Debian 12 has for them.
var graphicsRemedies = map[string]string{
	"0x10de": "NVIDIA: sudo apt-get install nvidia-driver libnvidia-encode1   (enable non-free and non-free-firmware first)",
	"0x1002": "AMD: sudo apt-get install mesa-va-drivers vainfo && vainfo",
	"0x8086": "Intel: sudo apt-get install intel-media-va-driver vainfo && vainfo",
}

// readGraphics looks at the PCI bus and the render nodes below root.
func readGraphics(root fs.FS) graphicsFacts {
	var f graphicsFacts
	const displayClass = "0x03"
	classes, _ := fs.Glob(root, "sys/bus/pci/devices/*/class") // the pattern is well-formed
	for _, file := range classes {
		class, err := fs.ReadFile(root, file)
		if err != nil || !strings.HasPrefix(string(class), displayClass) {
			continue
		}
		vendor, err := fs.ReadFile(root, strings.TrimSuffix(file, "class")+"vendor")
		if maker := strings.TrimSpace(string(vendor)); err == nil && graphicsRemedies[maker] != "" {
			f.makers = append(f.makers, maker)
		}
	}
	nodes, _ := fs.Glob(root, "dev/dri/renderD*")
	for _, node := range nodes {
		file, err := root.Open(node)
		if err == nil {
			_ = file.Close()
		} else if errors.Is(err, fs.ErrPermission) {
			f.locked = "/" + node
		}
	}
	return f
}

// remedy says what to install for the graphics processors that are here.
func (f graphicsFacts) remedy() string {
	var lines []string
	for _, maker := range f.makers {
		if line := graphicsRemedies[maker]; !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
