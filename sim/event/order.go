//go:build !altered_order

package event

// ticksFirst is false: what arrives at a step comes before the ticks of that step.
const ticksFirst = false
