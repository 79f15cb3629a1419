package queue

import (
	"errors"
	"fmt"
	"time"

	"airbridge/units"
)

// maxPackets bounds the memory of every queue, about 5 MB, whatever its limits say.
const maxPackets = 1 << 17

// mtu is the length of a full Ethernet frame: what the RFCs of queue management call MAXPACKET, MTU or quantum.
const mtu = 1514

// bounded finds a duration that is negative or beyond what any queue could mean.
func bounded(key string, d time.Duration) error {
	if d < 0 || d > time.Hour {
		return fmt.Errorf("%s %v: want 0 to 1h", key, d)
	}
	return nil
}

// room finds limits that are negative or beyond memory.
func room(packets int, bytes units.ByteCount) error {
	var faults []error
	if packets < 0 || packets > maxPackets {
		faults = append(faults, fmt.Errorf("packets %d: want 0 to %d", packets, maxPackets))
	}
	if bytes < 0 {
		faults = append(faults, fmt.Errorf("bytes %d: want 0 or more", bytes))
	}
	return errors.Join(faults...)
}
