package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// option is one option of a command.
type option struct {
	long  string // without dashes
	short string // one letter, or empty
	arg   string // name of its argument, empty for none; in brackets: it may be left out
	help  string
	set   func(value string) error
}

// needsArgument tells whether an argument has to follow. One that may be left out has to
// be attached, as for getopt_long(3).
func (o option) needsArgument() bool { return o.arg != "" && o.arg[0] != '[' }

// argument is the name of its argument, and what stands around it behind a long name.
func (o option) argument() (before, name, after string) {
	switch {
	case o.arg == "":
		return "", "", ""
	case !o.needsArgument():
		return "[=", strings.Trim(o.arg, "[]"), "]"
	}
	return "=", o.arg, ""
}

// options is the options of a command.
type options []option

// parse reads a command line in GNU's manner: options and words in any order,
// `--long=value`, `-xvalue`; what follows "--" is returned apart.
func (os options) parse(args []string) (words, rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return words, args, nil
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			words = append(words, arg)
			continue
		}
		o, value, hasValue, err := os.find(arg)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case o.arg == "" && hasValue:
			return nil, nil, fmt.Errorf("the option --%s takes no argument", o.long)
		case o.needsArgument() && !hasValue:
			if len(args) == 0 {
				return nil, nil, fmt.Errorf("the option --%s needs an argument, %s", o.long, o.arg)
			}
			value, args = args[0], args[1:]
		}
		if err := o.set(value); err != nil {
			return nil, nil, err
		}
	}
	return words, nil, nil
}

// find splits an argument into its option and the value attached to it.
func (os options) find(arg string) (o option, value string, hasValue bool, err error) {
	if name, isLong := strings.CutPrefix(arg, "--"); isLong {
		name, value, hasValue = strings.Cut(name, "=")
		i := slices.IndexFunc(os, func(o option) bool { return o.long == name })
		if i < 0 {
			return o, "", false, fmt.Errorf("there is no option --%s%s", name, os.suggest(name))
		}
		return os[i], value, hasValue, nil
	}
	i := slices.IndexFunc(os, func(o option) bool { return o.short == arg[1:2] })
	if i < 0 {
		return o, "", false, fmt.Errorf("there is no option -%s", arg[1:2])
	}
	return os[i], arg[2:], len(arg) > 2, nil
}

func (os options) suggest(name string) string {
	longs := func(yield func(string) bool) {
		for _, o := range os {
			if !yield(o.long) {
				return
			}
		}
	}
	if best, ok := diag.Suggest(name, longs); ok {
		return fmt.Sprintf("; did you mean --%s?", best)
	}
	return ""
}

// common is what most commands share.
type common struct {
	format  string // "text" or "json"
	color   string // "auto", "always", "never"
	version keys.Version
	stated  bool   // the version was given
	dialect string // "lxc", "pve", "auto"
}

// options returns the options that fill it.
func (c *common) options() options {
	c.format, c.color = "text", "auto"
	return append(options{
		{"format", "", "text|json", "how to print", oneOf(&c.format, "text", "json")},
		{"color", "", "auto|always|never", "when to use colour", oneOf(&c.color, "auto", "always", "never")},
	}, c.inputOptions()...)
}

// inputOptions are those that say how configurations are read.
func (c *common) inputOptions() options {
	c.dialect = "auto"
	return options{
		{"lxc-version", "", "V", "the LXC to judge by: 1.0 to 7.0, or host for the one installed here; the newest when not given", c.setVersion},
		{"dialect", "", "lxc|pve|auto", "how the file is written: as LXC or as Proxmox reads it; auto tells by the file", oneOf(&c.dialect, "lxc", "pve", "auto")},
	}
}

func (c *common) setVersion(word string) error {
	c.stated = true
	if word == "host" {
		v, err := hostVersion()
		c.version = v
		return err
	}
	v, ok := keys.ParseVersion(word)
	if !ok {
		return fmt.Errorf("%q is no version of LXC; there are %v", word, keys.Versions())
	}
	c.version = v
	return nil
}

// dialectOf is how a file is written.
func (c *common) dialectOf(f source.File) grammar.Dialect {
	return lint.DialectOf(c.dialect, f, c.judge())
}

// colored reports whether output to a file is coloured.
func (c *common) colored(f *os.File) bool {
	if c.color != "auto" {
		return c.color == "always"
	}
	return isTerminal(f) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// outputOption is where a command writes what it makes, instead of printing it.
func outputOption(file *string, help string) option {
	return option{"output", "o", "FILE", help, text(file)}
}

// oneOf sets a word out of a few.
func oneOf(into *string, choices ...string) func(string) error {
	return func(value string) error {
		if !slices.Contains(choices, value) {
			return fmt.Errorf("%q is none of %s", value, strings.Join(choices, ", "))
		}
		*into = value
		return nil
	}
}

// text sets a text.
func text(into *string) func(string) error {
	return func(value string) error {
		*into = value
		return nil
	}
}

// absolute sets a path that means the same in another directory.
func absolute(into *string) func(string) error {
	return func(value string) (err error) {
		*into, err = filepath.Abs(value)
		return err
	}
}

// duration sets a length of time, "90s" or "2m".
func duration(into *time.Duration) func(string) error {
	return func(value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is no length of time; write it with its unit, as in 90s or 2m", value)
		}
		*into = d
		return nil
	}
}

// toggle sets a switch.
func toggle(into *bool) func(string) error {
	return func(string) error {
		*into = true
		return nil
	}
}

// usageError says what is wrong with the command line.
func (a *app) usageError(c command, err error) int {
	a.errorWithHint(err.Error(), fmt.Sprintf("usage: lxcfg %s %s", c.name, c.usage))
	return exitUsage
}

// wantsHelp prints a command's page when it is asked for.
func (a *app) wantsHelp(c command, os options, args []string) bool {
	if a.describe != nil {
		a.describe(os)
		return true
	}
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	if !slices.Contains(args[:end], "--help") && !slices.Contains(args[:end], "-h") {
		return false
	}
	fmt.Fprintf(a.stdout, "usage: lxcfg %s %s\n\n%s.\n\n", c.name, c.usage, strings.ToUpper(c.summary[:1])+c.summary[1:])
	for _, line := range wrap(c.detail, 78) {
		fmt.Fprintln(a.stdout, line)
	}
	fmt.Fprintln(a.stdout)
	for _, o := range os {
		name := "    --" + o.long
		if o.short != "" {
			name = "-" + o.short + ", --" + o.long
		}
		before, argument, after := o.argument()
		fmt.Fprintf(a.stdout, "  %s\n", name+before+argument+after)
		for _, line := range wrap(o.help, 68) {
			fmt.Fprintf(a.stdout, "          %s\n", line)
		}
	}
	return true
}

// judge is the LXC that findings speak of.
func (c *common) judge() keys.Version {
	if c.version == 0 {
		return keys.Newest
	}
	return c.version
}
