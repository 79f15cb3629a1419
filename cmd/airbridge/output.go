package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"airbridge/client/display"
	clientshell "airbridge/client/shell"
	"airbridge/internal/av"
	"airbridge/protocol/wire"
	"airbridge/reports"
	"airbridge/units"
)

// viewFlags say what a client writes to files.
type viewFlags struct {
	Record   string `placeholder:"FILE.mp4" help:"Record what the client decoded."`
	Snapshot string `placeholder:"DIR" help:"Write one displayed frame a second as PNG."`
}

// outputFlags say where the run record goes.
type outputFlags struct {
	JSON string `name:"json" placeholder:"FILE" help:"Write the run record (of the last session) as JSON; - prints it in the place of the table."`
}

// files are what a client writes.
type files struct {
	path  string
	film  *av.Recorder
	first units.FrameID
	// period is the time from frame to frame.
	period time.Duration
	err    error // why the recording stopped
}

// hook makes a client write its files. Call close when the client has ended.
func (o *viewFlags) hook(cfg *clientshell.Config) (*files, error) {
	f := &files{path: o.Record}
	if o.Snapshot != "" {
		shots, err := display.NewSnapshots(o.Snapshot)
		if err != nil {
			return f, err
		}
		cfg.Screens = append(cfg.Screens, shots)
	}
	if o.Record == "" {
		return f, nil
	}
	if err := checkWritable(o.Record); err != nil {
		return f, fmt.Errorf("--record: %w", err)
	}
	open := cfg.OpenDecoder
	cfg.OpenDecoder = func(w wire.Welcome) (clientshell.Decoder, error) {
		if err := f.open(w); err != nil {
			return nil, err
		}
		return open(w)
	}
	cfg.Decoded = f.write
	return f, nil
}

// open begins the recording, as soon as the picture's size is known.
func (f *files) open(w wire.Welcome) (err error) {
	if f.film != nil {
		return nil
	}
	f.period = w.Period
	f.film, err = av.NewRecorder(f.path, int(w.Width), int(w.Height), w.Period)
	return err
}

// write records an access unit at the time that its frame number stands for.
func (f *files) write(frame units.FrameID, idr bool, unit []byte) {
	if f.film == nil || f.err != nil {
		return
	}
	if f.first == 0 {
		f.first = frame
	}
	f.err = f.film.Write(unit, time.Duration(frame-f.first)*f.period, idr)
}

// close ends the recording and returns what went wrong with it.
func (f *files) close() error {
	if f.film == nil {
		return nil
	}
	err := errors.Join(f.err, f.film.Close())
	f.film = nil
	if err != nil {
		return fmt.Errorf("recording %s: %w", f.path, err)
	}
	return nil
}

// check looks before a run whether the record can be written after it.
func (o *outputFlags) check() error {
	if o.JSON == "" || o.JSON == "-" {
		return nil
	}
	if err := checkWritable(o.JSON); err != nil {
		return fmt.Errorf("--json: %w", err)
	}
	return nil
}

// checkWritable opens a file for writing, and leaves everything as it was.
func checkWritable(path string) error {
	_, missing := os.Lstat(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	err = f.Close()
	if missing != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// write tells how a run went: a table for people, or the record for programs.
func (o *outputFlags) write(c *console, r *reports.Record) error {
	if o.JSON == "-" {
		return r.Write(c.out, "  ")
	}
	err := reports.Table(c.out, r)
	if o.JSON != "" {
		err = errors.Join(err, writeFile(o.JSON, func(w io.Writer) error { return r.Write(w, "  ") }))
	}
	return err
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
