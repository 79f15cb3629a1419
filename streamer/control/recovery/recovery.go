// Package recovery decides how the loss of datagrams is made good: by parity that is sent along, or not before the client
// asks for an IDR. Parity costs rate all the time, an IDR costs the frames until it comes. Sans-I/O, not safe for
// concurrent use.
package recovery

import (
	"fmt"
	"strconv"
	"strings"

	"airbridge/protocol/wire"
)

// Controller decides on parity.
type Controller interface {
	// Parity returns how many parity shards protect a block of k data shards, 1 to wire.BlockShards, of an IDR or another
	// frame: 0 to wire.MaxParity. A frame is protected or not as a whole: asked for one shard when the frame begins, zero
	// promises that none of its blocks gets any.
	Parity(k int, idr bool) int
}

// Kinds is what Parse understands, for help texts.
const Kinds = "idr, or fec:PERCENT such as fec:20"

// Parse makes a controller from its description: idr sends no parity, fec:20 protects every block by a fifth of its
// shards.
func Parse(description string) (Controller, error) {
	name, arg, given := strings.Cut(description, ":")
	switch name {
	case "idr":
		if given {
			return nil, fmt.Errorf("recovery controller %q: idr takes no argument", description)
		}
		return IDR{}, nil
	case "fec":
		percent, err := strconv.Atoi(arg)
		if err != nil || percent < 1 || percent > 100 {
			return nil, fmt.Errorf("recovery controller %q: parity must be from 1 to 100 percent, such as fec:20", description)
		}
		return FEC(percent), nil
	}
	return nil, fmt.Errorf("recovery controller %q: there is %s", description, Kinds)
}

// IDR is the controller that sends no parity: what is lost costs an IDR.
type IDR struct{}

// Parity returns zero.
func (IDR) Parity(int, bool) int { return 0 }

// FEC is the controller that protects every block by as many percent of its shards, 1–100. Sunshine sends Moonlight 20 as
// its default.
type FEC int

// Parity returns the share of k, rounded up, and wire.MaxParity at most: a third of a full block.
func (f FEC) Parity(k int, _ bool) int { return min((k*int(f)+99)/100, wire.MaxParity) }
