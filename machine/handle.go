package machine

// Handle names a picture that a device owns: a rendered frame of a source, a decoded frame of a decoder. A core passes
// handles about and never sees planes, since a hardware decoder hands out a texture. Whoever received a handle releases
// it by exactly one release request. Zero is no handle.
type Handle uint64
