package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// complain says on one line what is wrong with the arguments, and what is wanted instead.
func complain(parser *kong.Kong, err error) string {
	node := reached(parser, err)
	text := strings.TrimPrefix(oneLine(err), node.Path()+": ") // the hint says of which command
	switch {
	case strings.HasPrefix(text, "--"):
		text = explainFlag(node, text)
	case strings.HasPrefix(text, "unexpected argument ") && len(node.Children) > 0:
		text = unknownCommand(node, text)
	case strings.HasPrefix(text, "expected one of ") && len(node.Children) > 0:
		text = "a command is missing: there are " + commandNames(node)
	case strings.HasPrefix(text, `expected "<`):
		text = explainArgument(node, text)
	}
	return fmt.Sprintf("%s (%s --help tells more)", text, node.FullPath())
}

// reached returns the command that the arguments name, as far as they were understood.
func reached(parser *kong.Kong, err error) *kong.Node {
	node := parser.Model.Node
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		for _, p := range parse.Context.Path {
			if n := p.Node(); n != nil {
				node = n
			}
		}
	}
	return node
}

// unknownCommand says which commands there are where one was met that is none.
func unknownCommand(node *kong.Node, text string) string {
	word, hint, _ := strings.Cut(strings.TrimPrefix(text, "unexpected argument "), ", did you mean ")
	if hint != "" {
		hint = "did you mean " + hint + " "
	}
	return fmt.Sprintf("unknown command %q: %sthere are %s", word, hint, commandNames(node))
}

func commandNames(node *kong.Node) string {
	var names []string
	for _, c := range node.Children {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// explainArgument adds what a missing argument is.
func explainArgument(node *kong.Node, text string) string {
	at := slices.IndexFunc(node.Positional, func(p *kong.Positional) bool {
		return strings.HasPrefix(text, `expected "<`+p.Name+`>`)
	})
	if at < 0 {
		return text
	}
	p := node.Positional[at]
	return fmt.Sprintf("<%s> is missing; it takes: %s", p.Name, strings.TrimSuffix(p.Help, "."))
}

// explainFlag adds what the flag takes where the parser only says what it met: its help text tells.
func explainFlag(node *kong.Node, text string) string {
	for _, group := range node.AllFlags(false) {
		for _, flag := range group {
			rest, ok := strings.CutPrefix(text, "--"+flag.Name+": expected ")
			if !ok {
				continue
			}
			fault := "a value is missing"
			if _, got, ok := strings.Cut(rest, " but got "); ok && !strings.HasPrefix(got, `"EOL"`) {
				value, _, _ := strings.Cut(got, ": ")
				value, _, _ = strings.Cut(value, `" (`) // what the parser takes it for
				fault = `not "` + strings.Trim(value, `"`) + `"`
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
