package display

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"airbridge/internal/picture"
	"airbridge/units"
)

// snapshotEvery is the time between two snapshots.
const snapshotEvery = time.Second

// Snapshots writes one displayed frame a second as a PNG file, frame-NNNNNN.png.
type Snapshots struct {
	dir  string
	next units.Mono
	// Written counts the files.
	Written int
}

// NewSnapshots makes the folder where it does not exist.
func NewSnapshots(dir string) (*Snapshots, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("snapshots: %w", err)
	}
	return &Snapshots{dir: dir}, nil
}

// Show writes a frame when a second has passed.
func (n *Snapshots) Show(s Shown) error {
	if s.At < n.next {
		return nil
	}
	n.next = s.At.Add(snapshotEvery)
	if err := writePNG(filepath.Join(n.dir, fmt.Sprintf("frame-%06d.png", s.Frame)), s.Picture.Picture()); err != nil {
		return err
	}
	n.Written++
	return nil
}

func writePNG(path string, p picture.Picture) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("snapshot: %w", e)
		}
	}()
	w := bufio.NewWriter(f)
	if err := picture.EncodePNG(w, p); err != nil {
		return fmt.Errorf("snapshot %s: %w", path, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}
