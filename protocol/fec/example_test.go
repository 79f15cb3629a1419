package fec_test

import (
	"fmt"

	"airbridge/protocol/fec"
)

// Two of three shards are lost, and come back from two of three parity shards.
func Example() {
	carrier := fec.Choose(false)
	data := [][]byte{[]byte("one  "), []byte("two  "), []byte("three")}
	parity := [][]byte{make([]byte, 5), make([]byte, 5), make([]byte, 5)}
	carrier.Encode(data, parity)

	clear(data[0])
	clear(data[2])
	carrier.Recover(data, []uint8{0, 2}, [][]byte{parity[2], parity[1]}, []uint8{2, 1})
	fmt.Printf("%s%s%s\n", data[0], data[1], data[2])
	// Output: one  two  three
}
