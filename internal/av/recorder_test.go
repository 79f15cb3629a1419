//go:build cgo

package av

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRecordingBeginsAtTheFirstIDR(t *testing.T) {
	access, idrs := stream(t, EncoderConfig{}, 20, func(k int) bool { return k == 5 })
	path := filepath.Join(t.TempDir(), "late.mp4")
	r, err := NewRecorder(path, testWidth, testHeight, time.Second/72)
	if err != nil {
		t.Fatal(err)
	}
	for k := 2; k < len(access); k++ { // joins after the stream's first IDR
		if err := r.Write(access[k], time.Hour+time.Duration(k)*time.Second/72, idrs[k]); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	times := readAll(t, mustInput(t, "file:"+path, InputConfig{}), testWidth, testHeight)
	if len(times) != 15 || times[0] != 0 {
		t.Errorf("%d frames from %v, want the 15 from the IDR on, from 0", len(times), times[0])
	}
}

func TestRecordingKeepsGapsAndOrdersTimes(t *testing.T) {
	access, idrs := stream(t, EncoderConfig{}, 5, nil)
	path := filepath.Join(t.TempDir(), "gaps.mp4")
	r, err := NewRecorder(path, testWidth, testHeight, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	const ms = time.Millisecond
	for k, at := range []time.Duration{0, 10 * ms, 200 * ms, 200 * ms, 300 * ms} {
		if err := r.Write(access[k], at, idrs[k]); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	times := readAll(t, mustInput(t, "file:"+path, InputConfig{}), testWidth, testHeight)
	want := []time.Duration{0, 10 * ms, 200 * ms, 200*ms + time.Second/recorderHz, 300 * ms}
	if len(times) != len(want) {
		t.Fatalf("%d frames, want %d", len(times), len(want))
	}
	for k := range want {
		if (times[k] - want[k]).Abs() > time.Microsecond {
			t.Errorf("frame %d at %v, want %v", k, times[k], want[k])
		}
	}
}

func TestRecordingOfADeadProgramPlays(t *testing.T) {
	access, idrs := stream(t, EncoderConfig{}, 200, nil)
	path := filepath.Join(t.TempDir(), "cut.mp4")
	r, err := NewRecorder(path, testWidth, testHeight, time.Second/72)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for k, unit := range access {
		if err := r.Write(unit, time.Duration(k)*time.Second/72, idrs[k]); err != nil {
			t.Fatal(err)
		}
	}
	// What is in the file now is what a program that dies leaves behind.
	left, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "left.mp4")
	if err := os.WriteFile(cut, left, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := len(readAll(t, mustInput(t, "file:"+cut, InputConfig{}), testWidth, testHeight)); n < 72 {
		t.Errorf("%d of 200 frames are left, want all but the last second or so", n)
	}
}

func TestRecordingWithoutIDRLeavesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.mp4")
	r, err := NewRecorder(path, testWidth, testHeight, time.Second/72)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Write([]byte{0, 0, 1, 0x41, 1}, 0, false); err != nil {
		t.Errorf("Write before the first IDR = %v, want nil", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close = %v, want nil", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Stat of the file = %v, want it gone", err)
	}
}

func TestRecorderErrors(t *testing.T) {
	if _, err := NewRecorder(filepath.Join(t.TempDir(), "no", "such", "folder.mp4"), 64, 64, time.Second); err == nil {
		t.Error("NewRecorder in a missing folder = nil error, want one")
	}
	if _, err := NewRecorder(filepath.Join(t.TempDir(), "x.mp4"), 63, 64, time.Second); err == nil {
		t.Error("NewRecorder with an odd width = nil error, want one")
	}
	if _, err := NewRecorder(filepath.Join(t.TempDir(), "x.mp4"), 64, 64, 0); err == nil {
		t.Error("NewRecorder with no period = nil error, want one")
	}
	r, err := NewRecorder(filepath.Join(t.TempDir(), "x.mp4"), 64, 64, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Write([]byte{0, 0, 1, 0x65, 1, 2, 3}, 0, true); err == nil {
		t.Error("Write of an IDR without parameter sets = nil, want an error")
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close = %v, want nil", err)
	}
	if err := r.Write(nil, 0, true); !errors.Is(err, ErrClosed) {
		t.Errorf("Write after Close = %v, want ErrClosed", err)
	}
}

func TestRecordingToAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	r, err := NewRecorder("/dev/full", testWidth, testHeight, time.Second/72)
	if err != nil {
		t.Fatal(err)
	}
	access, idrs := stream(t, EncoderConfig{}, 300, nil)
	var first error
	for k, unit := range access {
		if first = r.Write(unit, time.Duration(k)*time.Second/72, idrs[k]); first != nil {
			break
		}
	}
	if last := r.Close(); first == nil && last == nil {
		t.Error("a full disk went unnoticed by Write and Close")
	}
}
