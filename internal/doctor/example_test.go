package doctor_test

import (
	"context"
	"os"

	"airbridge/internal/doctor"
)

func ExampleRun() {
	codecs := func(context.Context) []doctor.Finding {
		return []doctor.Finding{{
			Area: "FFmpeg", State: doctor.Missing, Detail: "this program was built without it", Remedy: "make build",
		}}
	}
	if !doctor.Run(context.Background(), os.Stdout, doctor.Config{Checks: []doctor.Check{codecs}}) {
		return // where a program would exit with 1
	}
	// Output:
	// FFmpeg  missing  this program was built without it
	//                  remedy: make build
	//
	// Airbridge cannot stream on this machine yet: FFmpeg.
}
