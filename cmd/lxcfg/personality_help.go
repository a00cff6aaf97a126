package main

import (
	"fmt"
	"io"
	"strings"

	"lxcfg/compile/plan"
)

// help prints what the program is for and its options.
func (p *personality) help(w io.Writer) {
	what := "starts the container NAME, or COMMAND in it instead of its init."
	if p.execute {
		what = "runs COMMAND in the container NAME, below a minimal init, and ends as it ends."
	}
	fmt.Fprintf(w, "Usage: %s %s\n\n%s %s\n\n", p.program, p.usage(), p.program, what)
	for _, o := range p.options(&request{}) {
		fmt.Fprintf(w, "  %-27s %s\n", spelled(o), o.help)
	}
	fmt.Fprintf(w, "\nUsual is the %s. This is lxcfg %s with the manners of LXC %s; `lxcfg help` has more.\n", p.usualGround(), plan.Version, p.version)
}

// usualGround is where a container runs when no option tells.
func (p *personality) usualGround() string {
	if p.manners().foreground {
		return "foreground"
	}
	return "background"
}

// spelled is an option with its argument, "-n, --name=NAME".
func spelled(o option) string {
	text := "    --" + o.long
	if o.short != "" {
		text = "-" + o.short + ", --" + o.long
	}
	if o.arg != "" {
		text += "=" + o.arg
	}
	return text
}

// shortUsage prints the options in a few lines.
func (p *personality) shortUsage(w io.Writer) {
	line := "Usage: " + p.program
	for _, o := range p.options(&request{}) {
		word := "--" + o.long
		if o.short != "" {
			word = "-" + o.short + "|" + word
		}
		if o.arg != "" {
			word += "=" + o.arg
		}
		word = "[" + word + "]"
		if len(line)+1+len(word) > 78 {
			fmt.Fprintln(w, line)
			line = strings.Repeat(" ", 7)
		}
		line += " " + word
	}
	fmt.Fprintln(w, line)
}
