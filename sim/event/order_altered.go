//go:build altered_order

package event

// ticksFirst breaks the order of one step on purpose: scripts/worlds.sh proves that the comparison of the labs notices.
const ticksFirst = true
