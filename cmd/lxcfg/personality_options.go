package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/keys"
)

// request is what the command line of a personality asks for.
type request struct {
	name       string
	named      bool // by an option
	lxcPath    string
	rcfile     string
	defines    []string // of -s
	shares     []string // of --share-*, as defines
	console    string   // of -c
	consoleLog string   // of -L
	uid, gid   string
	background *bool // as -d and -F say, nil for what is usual
	closeFDs   bool
	pidFile    string
	logFile    string
	logLevel   string
	quiet      bool
	command    []string

	used []programOption
}

// programOption is an option of a personality.
type programOption struct {
	option
	program string       // the one that has it, empty for both
	since   keys.Version // the first LXC that has it, 0 for all
}

// What the command line may ask for instead of a container.
var (
	errHelp       = errors.New("help")
	errShortUsage = errors.New("usage")
	errVersion    = errors.New("version")
)

// errUnparsed is what LXC says of a value that it cannot read.
var errUnparsed = errors.New("could not parse command line")

// options are those of the program, of all versions.
func (p *personality) options(r *request) options {
	var list options
	for _, o := range programOptions(p, r) {
		if o.program == "" || o.program == p.program {
			set := o.set
			o.set = func(value string) error {
				r.used = append(r.used, o)
				return set(value)
			}
			list = append(list, o.option)
		}
	}
	return list
}

// programOptions is the table of them.
func programOptions(p *personality, r *request) []programOption {
	const start, execute = "lxc-start", "lxc-execute"
	share := func(namespace string) func(string) error {
		return func(v string) error {
			r.shares = append(r.shares, "lxc.namespace.share."+namespace+"="+v)
			return nil
		}
	}
	background := func(yes bool) func(string) error {
		return func(string) error {
			r.background = &yes
			return nil
		}
	}
	instead := func(err error) func(string) error { return func(string) error { return err } }
	return []programOption{
		{option: option{"name", "n", "NAME", "name of the container", func(v string) error {
			r.name, r.named = v, true
			return nil
		}}},
		{option: option{"daemon", "d", "", "leave the container running in the background", background(true)}, program: start},
		{option: option{"daemon", "d", "", "leave the container running in the background", background(true)}, program: execute, since: keys.V3_0},
		{option: option{"foreground", "F", "", "stay in the foreground, on the container's console", background(false)}, program: start},
		{option: option{"pidfile", "p", "FILE", "write the process id of the container's monitor to FILE", text(&r.pidFile)}, program: start},
		{option: option{"rcfile", "f", "FILE", "load FILE and not LXCPATH/NAME/config", text(&r.rcfile)}},
		{option: option{"console", "c", "FILE", "connect the console to FILE, a terminal; none for no console", absoluteUnless(&r.console, "", "none")}, program: start},
		{option: option{"console-log", "L", "FILE", "write what the console shows to FILE", absoluteUnless(&r.consoleLog, "")}, program: start},
		{option: option{"close-all-fds", "C", "", "keep hooks, too, from the caller's descriptors; init has none of them in any case", toggle(&r.closeFDs)}, program: start},
		{option: option{"define", "s", "KEY=VAL", "set KEY to VAL, over the configuration", func(v string) error {
			if !strings.Contains(v, "=") {
				return errUnparsed
			}
			r.defines = append(r.defines, v)
			return nil
		}}},
		{option: option{"uid", "u", "UID", "run the command with this user id of the container", number(&r.uid)}, program: execute, since: keys.V2_0},
		{option: option{"gid", "g", "GID", "run the command with this group id of the container", number(&r.gid)}, program: execute, since: keys.V2_0},
		{option: option{"share-net", "", "NAME|PID", "share the network namespace with a container or process", share("net")}},
		{option: option{"share-ipc", "", "NAME|PID", "share the IPC namespace", share("ipc")}},
		{option: option{"share-uts", "", "NAME|PID", "share the UTS namespace, which holds the host name", share("uts")}},
		{option: option{"share-pid", "", "NAME|PID", "share the pid namespace", share("pid")}, since: keys.V3_0},
		{option: option{"logfile", "o", "FILE", "log to FILE", text(&r.logFile)}},
		{option: option{"logpriority", "l", "LEVEL", "log messages of LEVEL and above, to a file that LXC names when there is no -o", text(&r.logLevel)}},
		{option: option{"quiet", "q", "", "print nothing", toggle(&r.quiet)}},
		{option: option{"lxcpath", "P", "PATH", "directory of containers", func(v string) error {
			if r.lxcPath != "" {
				return errors.New("one -P, --lxcpath is enough")
			}
			r.lxcPath = trimSlashes(v)
			return nil
		}}},
		{option: option{versionOption, "", "V", "have the manners of LXC V, 1.0 to 7.0, where they differ", func(v string) error {
			var o common
			if err := o.setVersion(v); err != nil {
				return err
			}
			p.version, p.stated = o.version, true
			return nil
		}}},
		{option: option{"help", "h", "", "print this list", instead(errHelp)}},
		{option: option{"usage", "", "", "print the options in short", instead(errShortUsage)}},
		{option: option{"version", "", "", "print the version of LXC whose manners these are", instead(errVersion)}},
	}
}

// absoluteUnless sets a path that means the same in another directory, or a word that is
// no path.
func absoluteUnless(into *string, words ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(words, value) {
			*into = value
			return nil
		}
		return absolute(into)(value)
	}
}

// number sets a text that has to be a number of 32 bits.
func number(into *string) func(string) error {
	return func(value string) error {
		n, err := strconv.ParseUint(value, 10, 32)
		if err != nil {
			return errUnparsed
		}
		*into = strconv.FormatUint(n, 10)
		return nil
	}
}

// trimSlashes takes slashes off the end, but for the root's.
func trimSlashes(path string) string {
	if trimmed := strings.TrimRight(path, "/"); trimmed != "" || path == "" {
		return trimmed
	}
	return "/"
}

// parse reads the command line.
func (p *personality) parse(args []string) (*request, error) {
	r := &request{}
	words, err := p.options(r).getopt(args)
	if err != nil {
		return r, err
	}
	for _, o := range r.used {
		if p.version < o.since {
			return r, fmt.Errorf("unrecognized option '--%s': it came with LXC %s, and these are the manners of LXC %s", o.long, o.since, p.version)
		}
	}
	r.command = words
	if r.named {
		return r, nil
	}
	if !p.manners().wordIsName {
		return r, errors.New("missing container name, use --name option")
	}
	if len(words) == 0 {
		return r, errors.New("No container name specified")
	}
	r.name, r.command = words[0], words[1:]
	return r, nil
}

// inBackground tells whether the container is to be left running.
func (p personality) inBackground(r *request) bool {
	if r.background != nil {
		return *r.background
	}
	return !p.manners().foreground
}

// settings are what the command line sets over the configuration, in LXC's order: the
// options with a letter of their own win over -s.
func (r *request) settings() []string {
	all := slices.Clone(r.defines)
	for _, s := range []struct{ key, value string }{
		{"lxc.init.uid", r.uid}, {"lxc.init.gid", r.gid}, {"lxc.console.path", r.console}, {"lxc.console.logfile", r.consoleLog},
	} {
		if s.value != "" {
			all = append(all, s.key+"="+s.value)
		}
	}
	return append(all, r.shares...)
}
