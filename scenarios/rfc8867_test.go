package scenarios_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("RFC 8867", func() {
	catalogued("rfc8867", func(name string) bool {
		return strings.HasSuffix(name, "-lan") || strings.Contains(name, "-6.2-") && name != "rfc8867-6.2-5.1"
	})

	When("the capacity falls below the rate (5.1)", func() {
		It("shows next to nothing for as long, and everything two seconds later", func() {
			r := stream("rfc8867-5.1")
			Expect(r.metric(1, "displayed_percent from 65s to 79s")).To(BeNumerically("<", 20))
			Expect(r.metric(1, "displayed_percent from 82s to 98s")).To(BeNumerically(">", 99))
		})

		It("has the queue empty again, and latency near to where it was", func() {
			r := stream("rfc8867-5.1")
			const before, after = " from 20s to 39s", " from 90s to 98s"
			Expect(r.metric(1, "queue_max_ms"+after)).To(BeNumerically("<", r.metric(1, "queue_max_ms"+before)+5))
			const median = "motion_to_photon_p50_ms"
			Expect(r.metric(1, median+after)).To(BeNumerically("<", r.metric(1, median+before)+60))
		})
	})

	When("feedback is congested (5.3)", func() {
		It("loses no packet, but shows an older world than on a clean way back", func() {
			clean, congested := stream("rfc8867-5.3-clean"), stream("rfc8867-5.3")
			Expect(congested.metric(1, "packets_lost")).To(BeZero())
			const meanwhile = "motion_to_photon_p50_ms from 45s to 65s"
			Expect(congested.metric(1, meanwhile)).To(BeNumerically(">", clean.metric(1, meanwhile)+50))
		})
	})

	When("flows have round trips of their own (5.5)", func() {
		It("gives each what it sends, whatever its distance", func() {
			r := stream("rfc8867-5.5")
			for session := range r.runs {
				Expect(r.metric(session+1, "goodput_mbps")).To(BeNumerically("~", 60, 2))
			}
			Expect(r.metric(5, "motion_to_photon_p50_ms")).To(BeNumerically(">", r.metric(1, "motion_to_photon_p50_ms")+200))
		})
	})

	When("a flow pauses (5.8)", func() {
		It("does not disturb the others, neither going nor coming back", func() {
			r := stream("rfc8867-5.8")
			for _, other := range []int{1, 3} {
				Expect(r.metric(other, "displayed_percent from 38s to 64s")).To(BeNumerically(">", 99))
			}
			Expect(r.metric(4, "displayed_percent")).To(BeNumerically(">", 99))
		})
	})
})
