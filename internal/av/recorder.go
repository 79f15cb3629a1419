//go:build cgo

package av

import (
	"errors"
	"fmt"
	"os"
	"time"

	"airbridge/internal/av/annexb"

	"github.com/asticode/go-astiav"
)

// recorderHz is the unit of a recording's timestamps, that of MPEG systems.
const recorderHz = 90000

// Recorder writes access units to an MP4 file as they are, without encoding them again. The file is fragmented, so all
// but the last second of it plays even where the program died without closing it. Not safe for concurrent use.
type Recorder struct {
	path          string
	width, height int
	period        time.Duration

	format *astiav.FormatContext
	file   *astiav.IOContext
	stream *astiav.Stream
	packet *astiav.Packet
	first  time.Duration
	last   int64 // in recorderHz
}

// NewRecorder creates the file at path, replacing what is there. Pictures are width x height luma samples and come
// about one a period.
func NewRecorder(path string, width, height int, period time.Duration) (*Recorder, error) {
	r := &Recorder{path: path, width: width, height: height, period: period}
	if err := checkSize(width, height); err != nil {
		return nil, r.failed(err)
	}
	if period <= 0 {
		return nil, r.failed(fmt.Errorf("period %v: want it positive", period))
	}
	if err := explain(r.open); err != nil {
		r.free()
		return nil, r.failed(err)
	}
	return r, nil
}

func (r *Recorder) failed(err error) error { return fmt.Errorf("recording %q: %w", r.path, err) }

func (r *Recorder) open() (err error) {
	r.packet = astiav.AllocPacket()
	if r.format, err = astiav.AllocOutputFormatContext(nil, "mp4", r.path); err != nil {
		return err
	}
	// With its protocol said, a path cannot be taken for a URL.
	r.file, err = astiav.OpenIOContext("file:"+r.path, astiav.NewIOContextFlags(astiav.IOContextFlagWrite))
	if err != nil {
		return err
	}
	r.format.SetPb(r.file)
	return nil
}

// Write adds an access unit in Annex B form, read during the call only. pts counts from any beginning and should rise;
// one that does not is put right after the one before. What comes before the first IDR picture is left out.
func (r *Recorder) Write(accessUnit []byte, pts time.Duration, idr bool) error {
	if r.format == nil {
		return r.failed(ErrClosed)
	}
	if r.stream == nil {
		if !idr {
			return nil
		}
		if err := explain(func() error { return r.begin(accessUnit) }); err != nil {
			return r.failed(err)
		}
		r.first, r.last = pts, -1
	}
	at := max(ticks(pts-r.first), r.last+1)
	r.last = at
	if err := fillPacket(r.packet, accessUnit, at); err != nil {
		return r.failed(err)
	}
	r.packet.SetStreamIndex(0)
	r.packet.SetDuration(ticks(r.period))
	flags := astiav.NewPacketFlags()
	if idr {
		flags = flags.Add(astiav.PacketFlagKey)
	}
	r.packet.SetFlags(flags)
	r.packet.RescaleTs(astiav.NewRational(1, recorderHz), r.stream.TimeBase())
	if err := r.format.WriteFrame(r.packet); err != nil {
		return r.failed(fmt.Errorf("write at %v: %w", pts, err))
	}
	return nil
}

// begin writes the header, which needs the parameter sets of the first IDR picture.
func (r *Recorder) begin(accessUnit []byte) error {
	sets := parameterSets(accessUnit)
	if sets == nil {
		return errors.New("first IDR picture comes without its parameter sets")
	}
	stream := r.format.NewStream(nil)
	p := stream.CodecParameters()
	p.SetMediaType(astiav.MediaTypeVideo)
	p.SetCodecID(astiav.CodecIDH264)
	p.SetWidth(r.width)
	p.SetHeight(r.height)
	if err := p.SetExtraData(sets); err != nil {
		return err
	}
	stream.SetTimeBase(astiav.NewRational(1, recorderHz))
	stream.SetAvgFrameRate(astiav.NewRational(int(ticks(time.Second)), int(ticks(r.period))))
	options := astiav.NewDictionary()
	defer options.Free()
	for _, o := range [][2]string{{"movflags", "empty_moov+default_base_moof"}, {"frag_duration", "1000000"}} {
		if err := options.Set(o[0], o[1], 0); err != nil {
			return err
		}
	}
	if err := r.format.WriteHeader(options); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	r.stream = stream
	return nil
}

// parameterSets returns the SPS and PPS of an access unit with start codes, nil where one is missing.
func parameterSets(accessUnit []byte) []byte {
	var sets []byte
	var seen [2]bool
	units := annexb.Read(accessUnit)
	for u, ok := units.Next(); ok; u, ok = units.Next() {
		if u.Type == annexb.TypeSPS || u.Type == annexb.TypePPS {
			seen[u.Type-annexb.TypeSPS] = true
			sets = append(append(sets, 0, 0, 0, 1), u.Payload...)
		}
	}
	if !seen[0] || !seen[1] {
		return nil
	}
	return sets
}

// ticks returns d in units of recorderHz.
func ticks(d time.Duration) int64 { return int64(d.Seconds()*recorderHz + 0.5) }

// Close finishes the file. A recording that never saw an IDR picture leaves no file.
func (r *Recorder) Close() error {
	if r.format == nil {
		return nil
	}
	var faults []error
	if r.stream != nil {
		faults = append(faults, explain(r.format.WriteTrailer))
	}
	empty := r.stream == nil
	faults = append(faults, r.free())
	if empty {
		faults = append(faults, os.Remove(r.path))
	}
	if err := errors.Join(faults...); err != nil {
		return r.failed(err)
	}
	return nil
}

func (r *Recorder) free() error {
	var err error
	if r.file != nil {
		err = r.file.Close()
	}
	if r.format != nil {
		r.format.Free()
	}
	r.packet.Free()
	r.format, r.file = nil, nil
	return err
}
