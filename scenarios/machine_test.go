package scenarios_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("machines that are slow or uneven", func() {
	catalogued("machine", func(string) bool { return false })

	It("gives a game that is too slow half the rate, and keeps it steady", func() {
		r := stream("slow-game")
		Expect(r.metric(1, "rendered from 10s to 50s")).To(BeNumerically("~", 40*36, 40))
		Expect(r.metric(1, "freezes")).To(BeZero())
	})

	It("aims earlier for a headset that wakes late", func() {
		Expect(stream("busy-headset").metric(1, "motion_to_photon_p50_ms from 10s")).To(
			BeNumerically(">", stream("usb").metric(1, "motion_to_photon_p50_ms from 10s")-5))
	})
})
