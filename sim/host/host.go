package host

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/machine"
	"airbridge/units"
)

// Wake says how late the operating system is. Each call draws anew; neither result is negative.
type Wake interface {
	// Arrival is how long after a datagram arrived, or a device has something to tell, the pump looks at it.
	Arrival() time.Duration
	// Timer is how long after a deadline the pump wakes.
	Timer() time.Duration
}

// Punctual is a system that is never late.
type Punctual struct{}

// Arrival is zero.
func (Punctual) Arrival() time.Duration { return 0 }

// Timer is zero.
func (Punctual) Timer() time.Duration { return 0 }

// Config is what a host is made of.
type Config struct {
	// Machine is the core, usually inside a machine.Trace. Required.
	Machine machine.Machine
	// Devices obey its requests. No two may obey the same kind.
	Devices []Device
	// Wake is how late the system is. Default Punctual.
	Wake Wake
}

// Host is a computer: a pump that sleeps until something arrives, a device has something to tell, or the core's deadline
// has come, and that then takes all there is at once, in the order of the machine contract. It is itself a machine.
// What no device obeys it passes to the output it was called with.
type Host struct {
	core    machine.Machine
	devices []Device
	obeys   [256]Device
	wake    Wake

	inbox   []letter
	bytes   []byte           // of all letters
	senders []netip.AddrPort // of the letters; mostly one
	events  []machine.Event
	in      machine.Datagram // the one being handed over
	out     machine.Output   // of the call under way
	now     units.Mono

	arrival units.Mono // when the pump wakes for the inbox, units.Never while that is empty
	timer   alarm      // for the core's deadline
	device  alarm      // for the devices
}

// letter is a datagram that waits for the pump.
type letter struct {
	sender int // in Host.senders
	at     units.Mono
	end    int // of its bytes in Host.bytes
	elided int
	ecn    uint8
}

// alarm is an instant and when the pump really wakes for it.
type alarm struct{ due, wakes units.Mono }

// New returns a host that looks at its core's deadline on the first call. It panics where two devices obey one kind.
func New(cfg Config) *Host {
	h := &Host{core: cfg.Machine, devices: cfg.Devices, wake: cfg.Wake, arrival: units.Never}
	if h.wake == nil {
		h.wake = Punctual{}
	}
	for _, d := range cfg.Devices {
		for _, k := range d.Kinds() {
			if h.obeys[k] != nil {
				panic(fmt.Sprintf("host: two devices obey kind %d", k))
			}
			h.obeys[k] = d
		}
	}
	h.timer = alarm{units.Never, units.Never}
	h.device = h.timer
	h.plan(0)
	return h
}

// Handle keeps a datagram until the pump wakes. Anything else is handed to the core at once.
func (h *Host) Handle(now units.Mono, in machine.Event, out machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok {
		h.out, h.now = out, now
		h.core.Handle(now, in, h)
		h.plan(now)
		return
	}
	if len(h.inbox) == 0 {
		h.arrival = now.Add(h.wake.Arrival())
	}
	h.bytes = append(h.bytes, d.Data...)
	h.inbox = append(h.inbox, letter{sender: h.sender(d.From), at: d.At, end: len(h.bytes), elided: d.Elided, ecn: d.ECN})
}

// Tick is one turn of the pump: all datagrams, all device events, and the core's tick where it is due.
func (h *Host) Tick(now units.Mono, out machine.Output) {
	h.out, h.now = out, now
	h.deliver(now)
	h.tell(now)
	if h.core.Deadline() <= now {
		h.core.Tick(now, h)
	}
	h.plan(now)
}

// Deadline is when the pump wakes.
func (h *Host) Deadline() units.Mono { return min(h.arrival, h.timer.wakes, h.device.wakes) }

// Send puts a burst on the path. It is the core's side of the host, not the user's.
func (h *Host) Send(b machine.Burst) { h.out.Send(b) }

// Do passes a request on. It is the core's side of the host, not the user's.
func (h *Host) Do(r machine.Event) {
	if d := h.obeys[r.Kind()]; d != nil {
		d.Do(h.now, r)
		return
	}
	h.out.Do(r)
}

// deliver hands over what arrived.
func (h *Host) deliver(now units.Mono) {
	start := 0
	for i := range h.inbox {
		l := &h.inbox[i]
		if from := h.senders[l.sender]; h.in.From != from {
			h.in.From = from
		}
		h.in.At, h.in.ECN, h.in.Data, h.in.Elided = l.at, l.ecn, h.bytes[start:l.end:l.end], l.elided
		start = l.end
		h.core.Handle(now, &h.in, h)
	}
	h.inbox, h.bytes, h.senders, h.arrival = h.inbox[:0], h.bytes[:0], h.senders[:0], units.Never
}

// sender returns where a sender stands among those of the letters. Addresses hold pointers, which are dear to copy about.
func (h *Host) sender(from netip.AddrPort) int {
	for i := len(h.senders) - 1; i >= 0; i-- {
		if h.senders[i] == from {
			return i
		}
	}
	h.senders = append(h.senders, from)
	return len(h.senders) - 1
}

// tell hands over what the devices have, by kind and number, equal ones as they came.
func (h *Host) tell(now units.Mono) {
	if h.device.due > now {
		return
	}
	h.events = h.events[:0]
	for _, d := range h.devices {
		if d.Next() > now {
			continue
		}
		for e := d.Take(now); e != nil; e = d.Take(now) {
			h.events = append(h.events, e)
			for i := len(h.events) - 1; i > 0 && before(e, h.events[i-1]); i-- {
				h.events[i], h.events[i-1] = h.events[i-1], e
			}
		}
	}
	for _, e := range h.events {
		h.core.Handle(now, e, h)
	}
}

// before is the order of device events at one instant.
func before(a, b machine.Event) bool {
	if a.Kind() != b.Kind() {
		return a.Kind() < b.Kind()
	}
	return a.ID() < b.ID()
}

// plan sets the alarms. It draws only where an instant has changed, never on being asked.
func (h *Host) plan(now units.Mono) {
	h.timer.set(now, h.core.Deadline(), h.wake.Timer)
	next := units.Never
	for _, d := range h.devices {
		next = min(next, d.Next())
	}
	h.device.set(now, next, h.wake.Arrival)
}

// set moves the alarm. What is due already needs no sleep and comes at once.
func (a *alarm) set(now, due units.Mono, late func() time.Duration) {
	switch {
	case due <= now:
		*a = alarm{due, now}
	case due == units.Never:
		*a = alarm{due, due}
	case due != a.due:
		*a = alarm{due, due.Add(late())}
	}
}
