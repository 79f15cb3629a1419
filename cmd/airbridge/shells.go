package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"airbridge/internal/av"
	"airbridge/streamer"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/streamer/pacer"
	streamershell "airbridge/streamer/shell"
	"airbridge/streamer/source"
	"airbridge/transport"

	pion "github.com/pion/transport/v3"
)

// nonce gives a number nobody can guess.
func nonce() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the program instead
	return binary.BigEndian.Uint64(b[:])
}

// openSocket opens a port and says where the system holds it back.
func openSocket(c *console, net pion.Net, addr string) (*transport.Socket, error) {
	s, err := transport.Listen(net, addr, transport.SocketConfig{})
	if err != nil {
		return nil, err
	}
	if w := s.Warning(); w != "" {
		c.log.Warn(w)
	}
	return s, nil
}

// shell configures a streamer's shell as the flags say. The controllers were verified with the flags.
func (f *streamFlags) shell(c *console, src source.Source, enc *av.Encoder, socket *transport.Socket, clock *transport.Clock) streamershell.Config {
	margin, err := latency.Parse(f.Latency)
	if err != nil {
		panic(fmt.Sprintf("latency controller: %v", err))
	}
	repair, err := recovery.Parse(f.Recovery)
	if err != nil {
		panic(fmt.Sprintf("recovery controller: %v", err))
	}
	return streamershell.Config{
		Core: streamer.Config{
			Width: f.Size.width, Height: f.Size.height, Period: f.period(), Bitrate: f.Bitrate, Slices: f.slices(),
			Posed: src.Abilities().Posed, Steerable: src.Abilities().Steerable,
			Datagram: f.Datagram, Pace: pacer.Config{Rate: f.Pace}, Latency: margin, Recovery: repair, Nonce: nonce,
		},
		Socket: socket, Clock: clock, Source: src, Encoder: enc, Realtime: true, Log: c.log,
	}
}
