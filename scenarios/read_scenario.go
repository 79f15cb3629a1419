package scenarios

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"

	"github.com/goccy/go-yaml/ast"
)

// maxSessions is as many as a scenario has at most.
const maxSessions = 64

// scenario takes a document.
func (r *reader) scenario(body ast.Node) Scenario {
	s := Scenario{Family: "own", Source: r.file}
	s.Name = strings.TrimSuffix(path.Base(strings.ReplaceAll(r.file, "\\", "/")), path.Ext(r.file))
	s.Duration = sim.DefaultDuration
	var common sim.Session
	var sessions, link, expect ast.Node
	later := func(to *ast.Node) set { return func(_ string, n ast.Node) { *to = n } }
	keys := []key{
		{"name", r.name(&s.Name)},
		{"title", r.text(&s.Title)},
		{"about", r.text(&s.About)},
		{"source", r.text(&s.Source)},
		{"seed", r.seed(&s.Seed)},
		{"duration", r.time(&s.Duration, time.Second, 31*24*time.Hour)},
		{"full_payload", r.truth(&s.FullPayload)},
		{"link", later(&link)},
		{"sessions", later(&sessions)},
		{"expect", later(&expect)},
	}
	r.mapping("", body, append(keys, r.settings(&common)...)...)
	s.Sessions = []sim.Session{common}
	if sessions != nil {
		r.sessions(&s, common, sessions)
	}
	if expect != nil {
		r.expect(&s, 0, "expect", expect)
	}
	if link == nil {
		r.faultf("link", body, "missing: want a profile's name, a file, or a description such as {both: {rate: 100M, delay: 2ms}}")
		return s
	}
	r.link(&s, link)
	return s
}

// name takes a name that file systems and command lines take, too.
func (r *reader) name(to *string) set {
	return value(r, to, "a name of letters, digits, points and hyphens, at most 60", func(t string) (string, bool) {
		return t, t != "" && len(t) <= 60 && strings.Trim(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == ""
	})
}

// sessions takes the list of sessions, each of which begins with what is common.
func (r *reader) sessions(s *Scenario, common sim.Session, n ast.Node) {
	list, ok := n.(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 {
		r.faultf("sessions", n, "want a list such as [{bitrate: 30M}, {bitrate: 30M, starts: 20s}]")
		return
	}
	s.Sessions = nil
	for i, item := range list.Values {
		at, v, count := fmt.Sprintf("sessions[%d]", i), common, 1
		var expect ast.Node
		keys := []key{
			{"count", r.whole(&count, 1, maxSessions)},
			{"starts", r.time(&v.Starts, 0, 31*24*time.Hour)},
			{"stops", r.time(&v.Stops, time.Second, 31*24*time.Hour)},
			{"expect", func(_ string, n ast.Node) { expect = n }},
		}
		r.mapping(at, item, append(keys, r.settings(&v)...)...)
		if v.Starts >= s.Duration || v.Stops > s.Duration || v.Stops != 0 && v.Stops < v.Starts+time.Second {
			r.faultf(at, item, "from %v to %v: want a second at least, within the run of %v", v.Starts, v.Stops, s.Duration)
		}
		if len(s.Sessions)+count > maxSessions {
			r.faultf(at, item, "more than %d sessions", maxSessions)
			return
		}
		for range count {
			s.Sessions = append(s.Sessions, v)
			if expect != nil {
				r.expect(s, len(s.Sessions), at+".expect", expect)
			}
		}
	}
}

// expect takes a mapping of metrics to conditions.
func (r *reader) expect(s *Scenario, session int, at string, n ast.Node) {
	pairs, ok := pairsOf(n)
	if !ok || len(pairs) > maxItems {
		r.faultf(at, n, `want metrics with conditions, such as {freezes: 0, motion_to_photon_p99_ms: "< 60"}`)
		return
	}
	for _, pair := range pairs {
		e, known := r.expectation(at, pair)
		if !known {
			continue
		}
		e.Session = session
		if slices.ContainsFunc(s.Expect, func(o Expectation) bool { return o.subject() == e.subject() && o.Session == session }) {
			r.faultf(join(at, e.subject()), pair.Key, "given twice")
			continue
		}
		s.Expect = append(s.Expect, e)
		r.add(at, pair.Key, e.validate(s.Scenario))
	}
}

// expectation takes one metric and its condition.
func (r *reader) expectation(at string, pair *ast.MappingValueNode) (e Expectation, ok bool) {
	subject := pair.Key.GetToken().Value
	below := join(at, subject)
	e, err := parseSubject(subject)
	if err != nil {
		r.faultf(at, pair.Key, "%v", err)
		return e, false
	}
	if pair.Value == nil || pair.Value.Type() == ast.NullType {
		r.faultf(below, pair.Key, "has no value: want %s", wanted)
		return e, false
	}
	if _, folded := pair.Value.(*ast.LiteralNode); folded {
		r.faultf(below, pair.Key, `write a condition that begins with > in quotes: ">= 1"`)
		return e, false
	}
	text, ok := r.scalar(below, pair.Value, wanted)
	if !ok {
		return e, false
	}
	if e.Condition, err = ParseCondition(text); err != nil {
		r.faultf(below, pair.Value, "%v", err)
		return e, false
	}
	return e, true
}

// link takes a profile's name, a file, or a description of a link.
func (r *reader) link(s *Scenario, n ast.Node) {
	if _, described := pairsOf(n); described {
		var spec profile.Spec
		if err := spec.UnmarshalYAML(n); err != nil {
			r.add("link", n, err)
			return
		}
		if err := spec.Load(r.file, r.files); err != nil {
			r.add("link", n, err)
			return
		}
		name := spec.Description
		if name == "" {
			name = "link of " + s.Name
		}
		s.Over(name, spec)
		return
	}
	text, ok := r.scalar("link", n, "a profile's name, a file, or a description of a link")
	if !ok {
		return
	}
	p, err := r.profile(text)
	if err != nil {
		r.add("link", n, err)
		return
	}
	if s.Title == "" {
		s.Title = p.Brief
	}
	s.Over(p.Name, p.Spec)
}

// profile opens what a word in a file means: a profile's name, or a file beside it.
func (r *reader) profile(text string) (profile.Profile, error) {
	if p, known := profile.Named(text); known {
		return p, nil
	}
	file := text
	if !path.IsAbs(file) {
		file = path.Join(path.Dir(r.file), file)
	}
	p, err := profile.Open(file, r.files)
	if err != nil && !strings.ContainsAny(text, "./\\") {
		_, err = profile.Open(text, nil) // which tells the names
	}
	return p, err
}
