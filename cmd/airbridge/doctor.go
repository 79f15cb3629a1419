package main

import (
	"context"
	"errors"

	"airbridge/internal/doctor"
)

// doctorCommand says what this machine has.
type doctorCommand struct {
	JSON bool `name:"json" help:"Write the findings as JSON."`
}

// Help shows examples.
func (*doctorCommand) Help() string {
	return `Examples:
  airbridge doctor                                      what is here, what is missing, and the command that mends it
  airbridge doctor --json                               the same for programs

The exit code is 1 where something is missing without which nothing can be streamed.`
}

// errUnfit is the doctor's verdict where something needed is missing.
var errUnfit = errors.New("this machine cannot stream yet: see what is missing above")

// Run looks.
func (d *doctorCommand) Run(ctx context.Context, c *console) error {
	if !doctor.Run(ctx, c.out, doctor.Config{JSON: d.JSON}) {
		return errUnfit
	}
	return nil
}
