package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lxcfg/compile/plan"
)

func manCommand() command {
	return command{
		name: "man", usage: "[COMMAND]", summary: "print a manual page", run: runMan,
		detail: "The page is printed as man(1) takes it: `lxcfg man lint | man -l -`, or `lxcfg man lint >/usr/share/man/man1/lxcfg-lint.1`. " +
			"Without a command it is the page of lxcfg itself.",
	}
}

func runMan(a *app, c command, args []string) int {
	var opts options
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	if words = append(words, rest...); err == nil && len(words) > 1 {
		err = errors.New("one command is to be named")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	all, err := pages()
	if err != nil {
		a.error(err)
		return exitUsage
	}
	if len(words) == 0 {
		return a.answer("text", nil, func(w io.Writer) { programPage(w, all) })
	}
	i := slices.IndexFunc(all, func(p page) bool { return p.name == words[0] })
	if i < 0 {
		a.errorWithHint(fmt.Sprintf("there is no command %q", words[0]), suggestCommand(words[0]))
		return exitUsage
	}
	return a.answer("text", nil, func(w io.Writer) { commandPage(w, &all[i]) })
}

// programPage is lxcfg(1).
func programPage(w io.Writer, all []page) {
	manHead(w, "lxcfg")
	fmt.Fprintf(w, ".SH NAME\nlxcfg \\- compile, check and launch LXC container configurations\n")
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B lxcfg\n.I COMMAND\n[\\fIOPTION\\fR]...\n")
	fmt.Fprintf(w, ".SH DESCRIPTION\n%s\n", roff("lxcfg reads container configurations of LXC, lxc.container.conf(5), of every version and of Proxmox, says what is wrong with them, "+
		"turns them into a launch plan and executes it. What was asked for goes to standard output, everything else to standard error."))
	fmt.Fprint(w, ".SH COMMANDS\n")
	var pages []string
	for _, p := range all {
		fmt.Fprintf(w, ".TP\n.B %s\n%s\n", roff(p.name), roff(p.summary))
		pages = append(pages, "\\fBlxcfg\\-"+roff(p.name)+"\\fR(1)")
	}
	fmt.Fprintf(w, ".SH SEE ALSO\n%s,\n\\fBlxc.container.conf\\fR(5)\n", strings.Join(pages, ",\n"))
}

// commandPage is the page of one command.
func commandPage(w io.Writer, p *page) {
	manHead(w, "lxcfg-"+p.name)
	fmt.Fprintf(w, ".SH NAME\nlxcfg\\-%s \\- %s\n", roff(p.name), roff(p.summary))
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B lxcfg %s\n%s\n", roff(p.name), roff(p.usage))
	fmt.Fprintf(w, ".SH DESCRIPTION\n%s\n", roff(p.detail))
	if len(p.options) > 0 {
		fmt.Fprint(w, ".SH OPTIONS\n")
	}
	for _, o := range p.options {
		name := "\\fB\\-\\-" + roff(o.long) + "\\fR"
		if o.short != "" {
			name = "\\fB\\-" + o.short + "\\fR, " + name
		}
		if o.arg != "" {
			before, argument, after := o.argument()
			name += before + "\\fI" + roff(argument) + "\\fR" + after
		}
		fmt.Fprintf(w, ".TP\n%s\n%s.\n", name, roff(strings.ToUpper(o.help[:1])+o.help[1:]))
	}
	fmt.Fprint(w, ".SH SEE ALSO\n\\fBlxcfg\\fR(1)\n")
}

func manHead(w io.Writer, name string) {
	fmt.Fprintf(w, ".TH %s 1 \"\" \"lxcfg %s\" \"User Commands\"\n", roff(strings.ToUpper(name)), roff(plan.Version))
}

// roff writes a text so that troff prints it as it stands. What stands in backquotes
// is bold.
func roff(text string) string {
	var out strings.Builder
	bold := false
	for i, c := range text {
		switch {
		case c == '`':
			bold = !bold
			if bold {
				out.WriteString(`\fB`)
			} else {
				out.WriteString(`\fR`)
			}
		case c == '\\':
			out.WriteString(`\e`)
		case c == '-':
			out.WriteString(`\-`)
		case c == '\'':
			out.WriteString(`\(aq`)
		case c == '.' && i == 0:
			out.WriteString(`\&.`) // else it is a request
		case c == '…':
			out.WriteString("...")
		case c > '~':
			fmt.Fprintf(&out, `\[u%04X]`, c)
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}
