package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// complain says on one line what is wrong with the arguments, and what is wanted instead.
func complain(parser *kong.Kong, args []string, err error) string {
	var names []string
	for _, c := range parser.Model.Children {
		names = append(names, c.Name)
	}
	command := chosen(names, args)
	text := oneLine(err)
	switch {
	case command == "" && len(args) > 0 && !strings.HasPrefix(args[0], "-"):
		text = fmt.Sprintf("unknown command %q: there are %s", args[0], strings.Join(names, ", "))
	case strings.HasPrefix(text, "--"):
		text = explain(parser.Model.Node, command, text)
	}
	if command != "" {
		command = " " + command
	}
	return fmt.Sprintf("%s (airbridge%s --help tells more)", text, command)
}

// chosen returns the command that the arguments name, empty where they name none.
func chosen(names, args []string) string {
	for _, a := range args {
		if slices.Contains(names, a) {
			return a
		}
	}
	return ""
}

// explain adds what the flag takes where the parser only says what it met: its help text tells.
func explain(n *kong.Node, command, text string) string {
	for _, child := range n.Children {
		if child.Name != command {
			continue // another command's flag of the same name takes something else
		}
		for _, flag := range child.Flags {
			rest, ok := strings.CutPrefix(text, "--"+flag.Name+": expected ")
			if !ok {
				continue
			}
			fault := "a value is missing"
			if _, got, ok := strings.Cut(rest, " but got "); ok && !strings.HasPrefix(got, `"EOL"`) {
				value, _, _ := strings.Cut(got, ": ")
				fault = "not " + value
			}
			return fmt.Sprintf("--%s: %s; it takes: %s", flag.Name, fault, strings.TrimSuffix(flag.Help, "."))
		}
	}
	return text
}

// oneLine returns an error's text on one line, its parts as they are joined.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}
