package main

import (
	"fmt"
	"runtime/debug"
)

// versionCommand prints the version.
type versionCommand struct{}

// Help shows an example.
func (versionCommand) Help() string {
	return `Examples:
  airbridge version                                     the version and the commit it was built from`
}

// Run prints it.
func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintln(c.out, "airbridge", version())
	return err
}

// version is the module's version and the commit it was built from, as far as the build knows.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return v + "+" + s.Value[:12]
		}
	}
	return v
}
