package picture_test

import (
	"fmt"

	"airbridge/internal/picture"
)

// A picture came back one level too bright everywhere.
func ExamplePSNR() {
	sent, shown := picture.New(64, 64), picture.New(64, 64)
	sent.Fill(100, picture.Neutral, picture.Neutral)
	shown.Fill(101, picture.Neutral, picture.Neutral)
	fmt.Printf("%.1f dB\n", picture.PSNR(sent, shown))
	// Output: 48.1 dB
}
