package scenarios_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("RFC 8869", func() {
	catalogued("rfc8869", func(name string) bool { return strings.Contains(name, "-3.1-") && strings.HasSuffix(name, "-lan") })

	It("needs the priorities of Wi-Fi multimedia in a full cell (3.3)", func() {
		with, without := stream("rfc8869-3.2-3-lan"), stream("rfc8869-3.3-1-lan")
		const tail = "motion_to_photon_p99_ms from 5s"
		for session := range with.runs {
			Expect(with.metric(session+1, tail)).To(BeNumerically("<", without.metric(session+1, tail)/2))
		}
	})
})
