package relay

import (
	"bytes"
	"errors"
	"testing"
)

// gate is a disk that stands still until it is opened.
type gate struct {
	open chan struct{}
	bytes.Buffer
}

func (g *gate) Write(b []byte) (int, error) {
	<-g.open
	return g.Buffer.Write(b)
}

// While the disk stands still the spool takes what it has room for; in the end everything is there, in order.
func TestSpoolDoesNotWaitForTheDisk(t *testing.T) {
	g := &gate{open: make(chan struct{})}
	s := newSpool(g)
	var want bytes.Buffer
	chunk := make([]byte, 10)
	for i := range spoolChunks {
		for j := range chunk {
			chunk[j] = byte(i)
		}
		want.Write(chunk)
		if n, err := s.Write(chunk); n != len(chunk) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	close(g.open)
	if err := s.close(); err != nil || !bytes.Equal(g.Bytes(), want.Bytes()) {
		t.Errorf("close = %v with %d bytes, want the %d written", err, g.Len(), want.Len())
	}
}

func TestSpoolKeepsTheFault(t *testing.T) {
	s := newSpool(brokenDisk{})
	for range 3 * spoolChunks {
		if _, err := s.Write([]byte("x")); err != nil {
			t.Fatalf("Write = %v, but the relay must go on", err)
		}
	}
	if err := s.close(); !errors.Is(err, errDisk) {
		t.Errorf("close = %v, want %v", err, errDisk)
	}
}
