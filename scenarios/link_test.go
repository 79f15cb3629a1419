package scenarios_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("a session over a link that people recognise", func() {
	catalogued("link", func(string) bool { return false })

	It("waits longer in the air the more others send", func() {
		var waits []float64
		for _, cell := range []string{"wifi6-near", "wifi6-busy", "wifi6-crowded"} {
			waits = append(waits, stream(cell).metric(1, "queue_p99_ms"))
		}
		Expect(waits[0]).To(BeNumerically("<", waits[1]))
		Expect(waits[1]).To(BeNumerically("<", waits[2]))
	})

	It("is back from a roam within half a second", func() {
		Expect(stream("mesh-roam").metric(1, "longest_freeze_ms")).To(BeNumerically("<", 500))
	})
})
