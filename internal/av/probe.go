package av

// EncoderProbe is whether an encoder works here.
type EncoderProbe struct {
	// Name is the encoder's name.
	Name string
	// Err is why it does not work, nil where it does.
	Err error
}

// Probe opens every encoder and has it encode a picture, hardware first. It takes about a second.
func Probe() []EncoderProbe {
	probes := make([]EncoderProbe, 0, len(encoderOrder))
	for _, name := range encoderOrder {
		// No hardware encoder refuses pictures of this size, unlike much smaller ones.
		config := EncoderConfig{Name: name, Width: 640, Height: 352}.withDefaults()
		probes = append(probes, EncoderProbe{Name: name, Err: tryEncoder(config)})
	}
	return probes
}
