// Package bottleneck holds the links that limit how much passes: a Link of a rate that may change with time, and a Pulsed
// link that sends in opportunities. Both keep what has to wait in a queue discipline of package queue.
package bottleneck
