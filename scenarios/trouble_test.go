package scenarios_test

import (
	"airbridge/scenarios"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("trouble on the way", func() {
	catalogued("trouble", func(string) bool { return false })

	When("packets are lost in bursts of three", func() {
		It("costs a picture and an IDR each without parity, and nothing with it", func() {
			bare, protected := stream("burst-loss"), stream("burst-loss-fec")
			Expect(bare.metric(1, "lost")).To(BeNumerically(">=", 5))
			Expect(protected.metric(1, "lost")).To(BeZero())
			Expect(protected.metric(1, "idr")).To(BeEquivalentTo(1))
		})
	})

	When("nothing passes for a while", func() {
		It("freezes, and is as well as before half a second after it ends", func() {
			r := stream("outage-return")
			Expect(r.metric(1, "freezes")).To(BeNumerically(">=", 1))
			Expect(r.metric(1, "displayed_percent from 22s to 59s")).To(BeNumerically(">", 99.5))
		})
	})

	// The negative control: expectations that nothing could fail would prove nothing.
	It("is noticed where it ought not to be", func() {
		s, _ := scenarios.Named("burst-loss-fec")
		s.Sessions[0].Recovery = "idr"
		_, findings, err := s.Run("test")
		Expect(err).NotTo(HaveOccurred())
		Expect(scenarios.Err(findings)).To(MatchError(ContainSubstring("lost = ")))

		s, _ = scenarios.Named("rfc8867-5.4")
		for i := range s.Sessions {
			s.Sessions[i].Bitrate *= 2
		}
		_, findings, err = s.Run("test")
		Expect(err).NotTo(HaveOccurred())
		Expect(scenarios.Err(findings)).To(MatchError(ContainSubstring("packets_lost")))
	})
})
