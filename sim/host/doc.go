// Package host models a computer around a core: the devices the core asks for, and the operating system that wakes it a
// little late and hands it what arrived meanwhile in one go. A Host is a machine itself, so that the event lab and the
// driver of the real UDP shells pump the very same thing.
package host
