package profile

import (
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/traffic"
)

var (
	directions = map[string]netem.Dir{"": netem.Down, "down": netem.Down, "up": netem.Up}
	controls   = map[string]traffic.Control{"": traffic.Cubic, "cubic": traffic.Cubic, "reno": traffic.Reno}
)

// config converts the cross traffic and records what is wrong with it.
func (t *Traffic) config(f faults) (c traffic.Config) {
	flows := len(t.Steady)
	for _, b := range t.Bulk {
		flows += max(b.Count, 1)
	}
	for _, s := range t.Short {
		flows += max(s.Count, 1)
	}
	if flows > traffic.MaxFlows { // before they are all made
		f.addf("%d flows: want at most %d", flows, traffic.MaxFlows)
		return c
	}
	keys := map[string]string{}
	for i, s := range t.Steady {
		route(keys, fmt.Sprintf("steady flow %d", i), fmt.Sprintf("steady[%d]", i), map[string]string{
			"rate": "rate", "size": "packet",
			"on": "on", "start": "start",
		})
		at := f.item("steady", i)
		c.Steady = append(c.Steady, traffic.Steady{
			Name: fmt.Sprintf("steady %d", i+1), Dir: direction(at, s.Direction), Rate: s.Rate,
			Size: int32(min(s.Packet, 1<<20)), On: s.On, Off: s.Off, Exponential: s.Exponential, Start: s.Start, Stop: s.Stop, DSCP: dscp(at, s.DSCP),
		})
	}
	for i, b := range t.Bulk {
		at := f.item("bulk", i)
		config := b.config(at)
		for k := range count(at, b.Count) {
			route(keys, fmt.Sprintf("bulk flow %d", len(c.Bulk)), fmt.Sprintf("bulk[%d]", i), tcpKeys)
			config.Name = fmt.Sprintf("bulk %d.%d", i+1, k+1)
			c.Bulk = append(c.Bulk, config)
		}
	}
	for i, s := range t.Short {
		route(keys, fmt.Sprintf("short flows %d", i), fmt.Sprintf("short[%d]", i), tcpKeys)
		at := f.item("short", i)
		config := traffic.Short{Bulk: s.TCP.config(at), Flows: count(at, s.Count), MinSize: s.MinSize, MaxSize: s.MaxSize, Idle: s.Idle}
		config.Name = fmt.Sprintf("short %d", i+1)
		if s.MinSize == 0 && s.MaxSize == 0 {
			config.MinSize, config.MaxSize = 30_000, 50_000
		}
		if s.Idle == 0 {
			config.Idle = 10 * time.Second
		}
		c.Short = append(c.Short, config)
	}
	if c.Count() == 0 {
		f.addf("empty: want steady, bulk or short flows")
	}
	f.route(c.Validate(), keys)
	return c
}

// tcpKeys are the keys of what package traffic finds wrong with a TCP-like flow.
var tcpKeys = map[string]string{"base round trip": "rtt", "start": "start", "files of": "min_size", "idle": "idle"}

// route adds the keys of a flow under the words with which faults of it begin.
func route(keys map[string]string, words, key string, below map[string]string) {
	keys[words] = key
	for w, k := range below {
		keys[words+": "+w] = key + "." + k
	}
}

func (b TCP) config(f faults) traffic.Bulk {
	control, ok := controls[b.Control]
	if !ok {
		f.at("control").addf("%q: want cubic or reno", b.Control)
	}
	return traffic.Bulk{Dir: direction(f, b.Direction), Control: control, BaseRTT: b.RTT, ECN: b.ECN, Start: b.Start, Stop: b.Stop, DSCP: dscp(f, b.DSCP)}
}

func direction(f faults, name string) netem.Dir {
	d, ok := directions[name]
	if !ok {
		f.at("direction").addf("%q: want down or up", name)
	}
	return d
}

func dscp(f faults, v int) uint8 {
	if v < 0 || v > 63 {
		f.at("dscp").addf("%d: want 0 to 63", v)
		return 0
	}
	return uint8(v)
}

// count is how many flows an entry stands for.
func count(f faults, n int) int {
	if n < 0 {
		f.at("count").addf("%d: want 0 or more", n)
	}
	return max(n, 1)
}
