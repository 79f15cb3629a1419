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

// errUnfit is the doctor's verdict where something needed is missing.
var errUnfit = errors.New("this machine cannot stream yet: see what is missing above")

// Run looks.
func (d *doctorCommand) Run(ctx context.Context, c *console) error {
	if !doctor.Run(ctx, c.out, doctor.Config{JSON: d.JSON}) {
		return errUnfit
	}
	return nil
}
