package av

// Packet is one access unit from an Encoder. Its bytes belong to the encoder and are valid until its next Encode or
// Close.
type Packet struct {
	// PTS is what was passed to Encode with the frame.
	PTS int64
	// IDR is whether a decoder can begin here: the access unit holds an IDR picture and its parameter sets.
	IDR bool
	// QP is the mean quantiser of the frame, 0–51, or zero where the encoder does not tell.
	QP float64

	data   []byte
	slices [][]byte
}

// Bytes returns the whole access unit in Annex B form.
func (p Packet) Bytes() []byte { return p.data }

// Slices returns the access unit cut at its coded slices: views of Bytes which, put together, are Bytes. Parameter sets
// belong to the first.
func (p Packet) Slices() [][]byte { return p.slices }
