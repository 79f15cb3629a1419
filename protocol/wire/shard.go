package wire

import (
	"encoding/binary"

	"airbridge/units"
)

// ShardSize is the length of the Shard header, which follows the Header.
const ShardSize = 20

// ShardOverhead is what a video datagram carries besides payload.
const ShardOverhead = HeaderSize + ShardSize

// BlockShards is how many data shards every block of a frame holds but the last, which holds 1 to BlockShards. With at
// most MaxParity parity shards a block stays within the 256 shards of an 8-bit Reed-Solomon code.
const BlockShards = 192

// MaxParity bounds the parity shards of a block.
const MaxParity = 64

// MaxShards bounds the shards of a frame: 256 blocks.
const MaxShards = 256 * BlockShards

// MaxSlices bounds the slices of a frame.
const MaxSlices = 64

const shardLast = 1 << 0

// Shard is the header of one piece of a video frame: frame u32, sent u32, block u8, index u8, k u8, ref u8, first slice
// u8, last slice u8, flags u8, parity u8, length u32. The payload follows. A frame's bytes (a FrameInfo, then the access
// unit) are cut into payloads of one size, only the frame's last being shorter, and blocks of BlockShards payloads, so
// that block and index alone say where a payload belongs. A closed block may be followed by parity shards, whose payload
// is always full.
type Shard struct {
	// Frame is the frame's number.
	Frame units.FrameID
	// Sent is the low 32 bits of the sender's monotonic clock in microseconds at the moment of sending.
	Sent uint32
	// Block and Index are the shard's place: block of the frame, index in the block. Parity shards have the indices from K
	// on.
	Block, Index uint8
	// K is the number of data shards of the block, zero while the block is open: the sender does not know it yet. The
	// last data shard of a block always says it.
	K uint8
	// Ref is how many frames back the frame's reference lies; zero for an IDR, which needs none.
	Ref uint8
	// FirstSlice and LastSlice are the slices the payload has bytes of.
	FirstSlice, LastSlice uint8
	// Last says that the block is the frame's last; it goes with K.
	Last bool
	// Parity is the number of parity shards of the block, at most MaxParity. While the block is open it is 1 where some will
	// come and 0 where none will.
	Parity uint8
	// Length is the number of payload bytes in the block's data shards, zero while it is open.
	Length uint32
}

// ParseShard reads what follows a Header of KindShard and returns the payload, at least one byte.
func ParseShard(body []byte) (s Shard, payload []byte, err error) {
	if len(body) <= ShardSize {
		return Shard{}, nil, ErrTruncated
	}
	s = Shard{
		Frame: units.FrameID(binary.BigEndian.Uint32(body)),
		Sent:  binary.BigEndian.Uint32(body[4:]),
		Block: body[8], Index: body[9], K: body[10], Ref: body[11],
		FirstSlice: body[12], LastSlice: body[13],
		Last: body[14] == shardLast, Parity: body[15],
		Length: binary.BigEndian.Uint32(body[16:]),
	}
	if body[14] > shardLast || !s.valid() {
		return Shard{}, nil, ErrField
	}
	return s, body[ShardSize:], nil
}

// Valid says whether the fields agree with each other: what ParseShard accepts.
func (s Shard) Valid() bool { return s.valid() }

func (s *Shard) valid() bool {
	return s.Frame != 0 && uint32(s.Ref) < uint32(s.Frame) &&
		s.FirstSlice <= s.LastSlice && s.LastSlice < MaxSlices && s.validPlace()
}

func (s *Shard) validPlace() bool {
	if s.K == 0 { // the last shard of a block cannot leave it open
		return s.Index < BlockShards-1 && !s.Last && s.Length == 0 && s.Parity <= 1
	}
	return int(s.Index) < int(s.K)+int(s.Parity) && s.K <= BlockShards && s.Parity <= MaxParity &&
		(s.Last || s.K == BlockShards) && s.Length >= uint32(s.K)
}

// IsParity says that the payload is parity of the block's data.
func (s Shard) IsParity() bool { return s.K > 0 && s.Index >= s.K }

// Position is a data shard's place in the whole frame, counted from 0 and below MaxShards.
func (s Shard) Position() int { return int(s.Block)*BlockShards + int(s.Index) }

// Append appends the shard header to dst.
func (s Shard) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Frame))
	dst = binary.BigEndian.AppendUint32(dst, s.Sent)
	var flags byte
	if s.Last {
		flags = shardLast
	}
	dst = append(dst, s.Block, s.Index, s.K, s.Ref, s.FirstSlice, s.LastSlice, flags, s.Parity)
	return binary.BigEndian.AppendUint32(dst, s.Length)
}

// sentOffset is where Sent stands in a video datagram.
const sentOffset = HeaderSize + 4

// StampShard writes the moment of sending into a finished video datagram.
func StampShard(datagram []byte, sent uint32) {
	binary.BigEndian.PutUint32(datagram[sentOffset:], sent)
}
