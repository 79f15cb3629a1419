package scenarios_test

import (
	"context"
	"strings"
	"time"

	"airbridge/scenarios"
	"airbridge/sim/sweep"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// fingerprint runs a scenario for some seconds and returns its records as text, which the trace hash is a part of.
func fingerprint(s scenarios.Scenario, seed uint64, full bool) string {
	GinkgoHelper()
	s.Duration, s.Seed, s.FullPayload, s.Expect = 8*time.Second, seed, full, nil
	runs, _, err := s.Run("test")
	Expect(err).NotTo(HaveOccurred())
	var b strings.Builder
	for i := range runs {
		Expect(runs[i].Write(&b)).To(Succeed())
	}
	return b.String()
}

// sample are scenarios of which each has something that the others have not.
func sample() (list []scenarios.Scenario) {
	for _, name := range []string{"wifi6-busy", "lossy", "reordering", "l4s", "download", "microwave", "burst-loss-fec", "virtual-vsync", "film"} {
		s, known := scenarios.Named(name)
		Expect(known).To(BeTrue(), name)
		list = append(list, s)
	}
	return list
}

var _ = Describe("a scenario and its seed", func() {
	It("give the same run every time, to the byte", func() {
		s, _ := scenarios.Named("wifi6-busy")
		first := fingerprint(s, 7, false)
		Expect(first).To(ContainSubstring(`"trace_hash":"`))
		for range 19 {
			Expect(fingerprint(s, 7, false)).To(Equal(first))
		}
	})

	It("give the same run in every kind of scenario, and another one with another seed", func() {
		for _, s := range sample() {
			first := fingerprint(s, 7, false)
			Expect(fingerprint(s, 7, false)).To(Equal(first), s.Name)
			Expect(fingerprint(s, 8, false)).NotTo(Equal(first), s.Name)
		}
	})

	It("give the same run whether bytes are carried or elided", func() {
		for _, s := range sample() {
			Expect(fingerprint(s, 7, true)).To(Equal(fingerprint(s, 7, false)), s.Name)
		}
	})

	It("give the same runs on one worker and on two", func() {
		one, two := swept(1), swept(2)
		Expect(one).To(HaveLen(len(sample())))
		Expect(two).To(Equal(one))
	})
})

// swept are the trace hashes of the sample, run by so many workers.
func swept(workers int) (hashes []string) {
	GinkgoHelper()
	var jobs []sweep.Job
	for _, s := range sample() {
		s.Duration, s.Seed = 5*time.Second, suiteSeed
		jobs = append(jobs, sweep.Job{Scenario: s.Scenario})
	}
	Expect(sweep.Run(context.Background(), jobs, sweep.Config{Workers: workers, Version: "test", Done: func(_ int, r sweep.Result) error {
		for _, run := range r.Runs {
			hashes = append(hashes, run.Scenario+" "+*run.TraceHash)
		}
		return r.Err
	}})).To(Succeed())
	return hashes
}
