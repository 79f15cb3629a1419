package scenarios_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("clocks that go wrong for an hour", func() {
	catalogued("drift", func(name string) bool { return name == "drift-slow" })

	It("leave latency after the hour where it was after five minutes", func() {
		r := stream("drift-apart")
		early := r.metric(1, "motion_to_photon_p50_ms from 5m to 10m")
		Expect(r.metric(1, "motion_to_photon_p50_ms from 50m")).To(BeNumerically("~", early, 1))
	})
})
