package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// How lxcfg talks:
//
//   - What was asked for goes to standard output, everything else to standard
//     error, so that output can be piped.
//   - A message of lxcfg starts with "lxcfg:", or the name it is called by, has no capital and no full stop, and
//     where something can be done about it, a hint follows in sentences.
//   - Colour and width are those of a terminal, when there is one. NO_COLOR and
//     --color are honoured.

// error prints a message, one line for each of several joined errors.
func (a *app) error(err error) {
	var several *multierror.Error
	if errors.As(err, &several) {
		err = errors.Join(several.Errors...)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			a.error(e)
		}
		return
	}
	a.errorWithHint(err.Error(), "")
}

// errorWithHint prints a message and what to do about it.
func (a *app) errorWithHint(message, hint string) {
	if a.onError != nil {
		a.onError(message)
	}
	fmt.Fprintf(a.messages(), "%s: %s\n", a.program, message)
	if hint != "" {
		fmt.Fprintf(a.messages(), "       %s\n", hint)
	}
}

// messages is where they go.
func (a *app) messages() io.Writer {
	if a.silent {
		return io.Discard
	}
	return a.stderr
}

// quote prints what another program has printed, when it is more than the line that
// an error has of it.
func (a *app) quote(title, output string) {
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if len(lines) < 2 {
		return
	}
	fmt.Fprintf(a.messages(), "       %s\n", title)
	for _, line := range lines {
		fmt.Fprintf(a.messages(), "       | %s\n", diag.Visible(strings.ReplaceAll(line, "\t", "    ")))
	}
}

// answer prints what a command was asked for, as JSON or as text, and returns the exit
// status.
func (a *app) answer(format string, json func(io.Writer) error, text func(io.Writer)) int {
	out := bufio.NewWriter(a.stdout)
	var err error
	if format == "json" {
		err = json(out)
	} else {
		text(out)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		a.error(err)
		return exitUsage
	}
	return exitOK
}

// overview prints the commands.
func (a *app) overview(w io.Writer) {
	fmt.Fprintf(w, "lxcfg %s: compile, check and launch LXC container configurations\n\nusage: lxcfg COMMAND …\n\n", plan.Version)
	for _, g := range groups() {
		fmt.Fprintf(w, "%s\n", g.title)
		for _, c := range g.commands {
			fmt.Fprintf(w, "  %-12s%s\n", c.name, c.summary)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "`lxcfg help COMMAND` says more. A first look: `lxcfg demo`.\n")
}

func suggestCommand(word string) string {
	names := func(yield func(string) bool) {
		for _, c := range commands() {
			if !yield(c.name) {
				return
			}
		}
	}
	if best, ok := diag.Suggest(word, names); ok {
		return fmt.Sprintf("Did you mean `lxcfg %s`?", best)
	}
	return "`lxcfg help` lists the commands."
}

// printFindings prints findings for a person, or as JSON.
func (a *app) printFindings(w *os.File, list diag.List, o common, sources func(string) (string, bool)) error {
	if o.format == "json" {
		return diag.JSON(w, list)
	}
	return diag.Text(w, list, diag.Options{Color: o.colored(w), Width: terminalWidth(w), LXC: o.judge().String(), Source: sources})
}

// wrap breaks a text into lines of so many columns, at blanks where that can be, and
// in the middle of words that are longer than a line.
func wrap(text string, columns int) []string {
	var lines []string
	line, width := "", 0
	for word := range strings.FieldsSeq(text) {
		if line != "" && width+1+diag.TextWidth(word) > columns {
			lines = append(lines, line)
			line, width = "", 0
		}
		for line == "" && diag.TextWidth(word) > columns {
			cut := cutAt(word, columns)
			lines = append(lines, word[:cut])
			word = word[cut:]
		}
		if line != "" {
			line += " "
			width++
		}
		line += word
		width += diag.TextWidth(word)
	}
	return append(lines, line)
}

// cutAt is the length of what fits so many columns: at least a character, and where
// there is a slash behind the middle, up to it.
func cutAt(word string, columns int) int {
	end, width := 0, 0
	for i, r := range word {
		if width += diag.TextWidth(string(r)); width > columns && i > 0 {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	if slash := strings.LastIndexByte(word[:end], '/'); slash > end/2 {
		return slash + 1
	}
	return end
}
