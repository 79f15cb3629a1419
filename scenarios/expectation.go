package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"airbridge/sim"
)

// Expectation is what one metric of a run must be.
type Expectation struct {
	// Metric is a name of Metrics.
	Metric string
	// Condition is what it must be.
	Condition Condition
	// From and To bound the part of the run that is looked at, from its beginning on; zero: the whole run. Only some
	// metrics can be told of a part.
	From, To time.Duration
	// Session is whose record is looked at, counted from 1; zero: that of every session.
	Session int
}

// ParseExpectation reads "METRIC [from TIME] [to TIME] CONDITION", such as "freezes == 0" or
// "motion_to_photon_p99_ms from 62s < 60".
func ParseExpectation(text string) (Expectation, error) {
	text = strings.TrimSpace(text)
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		at = strings.LastIndexByte(text, ' ') + 1
	}
	e, err := parseSubject(text[:at])
	if err == nil && strings.TrimSpace(text[at:]) == "" {
		err = fmt.Errorf("%q: want a condition after it", text)
	}
	if err == nil {
		e.Condition, err = ParseCondition(text[at:])
	}
	if err != nil {
		return Expectation{}, err
	}
	return e, nil
}

// parseSubject reads "METRIC [from TIME] [to TIME]".
func parseSubject(text string) (e Expectation, err error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return e, errors.New("want a metric and a condition, such as freezes == 0")
	}
	e.Metric, words = words[0], words[1:]
	for _, part := range []struct {
		word string
		at   *time.Duration
	}{{"from", &e.From}, {"to", &e.To}} {
		if len(words) >= 2 && words[0] == part.word {
			if *part.at, err = time.ParseDuration(words[1]); err != nil || *part.at < 0 {
				return Expectation{}, fmt.Errorf("%q: want a time such as 62s after %s", words[1], part.word)
			}
			words = words[2:]
		}
	}
	if len(words) > 0 {
		return Expectation{}, fmt.Errorf("%q: want METRIC, or METRIC from TIME to TIME", strings.TrimSpace(text))
	}
	_, err = metric(e.Metric)
	return e, err
}

// subject writes what parseSubject reads.
func (e Expectation) subject() string {
	text := e.Metric
	if e.From > 0 {
		text += " from " + e.From.String()
	}
	if e.To > 0 {
		text += " to " + e.To.String()
	}
	return text
}

// String writes the expectation as ParseExpectation reads it; the session is not in it.
func (e Expectation) String() string { return e.subject() + " " + e.Condition.String() }

// window says whether a part of the run is looked at.
func (e Expectation) window() bool { return e.From > 0 || e.To > 0 }

func (e Expectation) overTime() bool {
	m, err := metric(e.Metric)
	return e.window() || err == nil && m.whole == nil && m.rate == nil
}

// validate says what is wrong with the expectation of a scenario.
func (e Expectation) validate(s sim.Scenario) error {
	m, err := metric(e.Metric)
	if err != nil {
		return err
	}
	fault := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w", e.subject(), fmt.Errorf(format, args...))
	}
	switch {
	case e.window() && m.part == nil:
		return fault("%s is of a whole run only", e.Metric)
	case e.To != 0 && e.To <= e.From:
		return fault("want a part of the run that does not end before it begins")
	case e.From >= s.Length() || e.To > s.Length():
		return fault("want a part of the run of %s", s.Length())
	case e.Session < 0 || e.Session > max(len(s.Sessions), 1):
		return fault("session %d: there are %d", e.Session, max(len(s.Sessions), 1))
	}
	return nil
}

// Want returns expectations of every session, each as ParseExpectation reads it. They are a program's own: it panics
// where one is not understood.
func Want(texts ...string) []Expectation {
	var list []Expectation
	for _, text := range texts {
		e, err := ParseExpectation(text)
		if err != nil {
			panic(fmt.Sprintf("scenarios: expectation %q: %v", text, err))
		}
		list = append(list, e)
	}
	return list
}
