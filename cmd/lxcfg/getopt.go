package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// getopt reads a command line as getopt_long(3) does, which LXC's programs use:
// options and words in any order, up to "--"; short options written together, an
// argument behind them; long options cut short as far as one of them only is meant.
// What follows "--" are words as well. With POSIXLY_CORRECT in the environment the
// first word ends the options.
func (opts options) getopt(args []string) (words []string, err error) {
	ordered := isSet("POSIXLY_CORRECT")
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return append(words, args...), nil
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			words = append(words, arg)
			if ordered {
				return append(words, args...), nil
			}
		case strings.HasPrefix(arg, "--"):
			args, err = opts.long(arg[2:], args)
		default:
			args, err = opts.short(arg[1:], args)
		}
		if err != nil {
			return nil, err
		}
	}
	return words, nil
}

func isSet(name string) bool {
	_, set := os.LookupEnv(name)
	return set
}

// long sets one long option and returns the arguments behind it.
func (opts options) long(arg string, args []string) ([]string, error) {
	name, value, attached := strings.Cut(arg, "=")
	o, err := opts.abbreviated(name)
	switch {
	case err != nil:
		return nil, err
	case o.arg == "" && attached:
		return nil, fmt.Errorf("option '--%s' doesn't allow an argument", o.long)
	case o.arg != "" && !attached:
		if len(args) == 0 {
			return nil, fmt.Errorf("option '--%s' requires an argument", o.long)
		}
		value, args = args[0], args[1:]
	}
	return args, o.set(value)
}

// abbreviated finds a long option by its name, or by the beginning of it when no other
// option of LXC's begins so: what a script abbreviates is not to change.
func (opts options) abbreviated(name string) (option, error) {
	var found options
	for _, o := range opts {
		if o.long == name {
			return o, nil
		}
		if strings.HasPrefix(o.long, name) && o.long != versionOption {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return option{}, fmt.Errorf("unrecognized option '--%s'%s", name, opts.suggest(name))
	}
	names := make([]string, 0, len(found))
	for _, o := range found {
		names = append(names, "'--"+o.long+"'")
	}
	return option{}, fmt.Errorf("option '--%s' is ambiguous; possibilities: %s", name, strings.Join(names, " "))
}

// short sets the short options of one argument and returns the arguments behind it.
func (opts options) short(letters string, args []string) ([]string, error) {
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		i := slices.IndexFunc(opts, func(o option) bool { return o.short == letter })
		if i < 0 {
			return nil, fmt.Errorf("invalid option -- '%s'", letter)
		}
		value := ""
		if o := opts[i]; o.arg != "" {
			value, letters = letters, ""
			if value == "" {
				if len(args) == 0 {
					return nil, fmt.Errorf("option requires an argument -- '%s'", letter)
				}
				value, args = args[0], args[1:]
			}
		}
		if err := opts[i].set(value); err != nil {
			return nil, err
		}
	}
	return args, nil
}
