package main

import (
	"fmt"

	"github.com/hashicorp/go-multierror"

	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

func fmtCommand() command {
	return command{
		name: "fmt", usage: "[OPTION]… PATH…|-", summary: "write configuration files in canonical layout", run: runFmt,
		detail: "`key = value` from the first column on, one blank line at most, LF at the ends of lines. Comments, order and quotes stay, and LXC reads the same. " +
			"The result is printed, or written with -w. The exit status is 1 when -l or -d finds something to change, 2 when a file cannot be read.",
	}
}

func runFmt(a *app, c command, args []string) int {
	var o common
	var r rewriting
	list := false
	opts := append(append(o.options(), r.options()...),
		option{"list", "l", "", "print the names of files that are in another layout", toggle(&list)})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	paths, rest, err := opts.parse(args)
	paths = append(paths, rest...)
	if err == nil {
		err = r.check(paths)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	changed := false
	files, err := expand(paths, ".conf")
	failed := multierror.Append(nil, err)
	for _, name := range files {
		old, err := a.readConfig(name)
		if err != nil {
			failed = multierror.Append(failed, err)
			continue
		}
		f := source.File{Name: name, Text: old}
		new := grammar.Format(grammar.ParseAs(f, o.dialectOf(f)))
		changed = changed || new != old
		if list && new != old {
			fmt.Fprintln(a.stdout, name)
		}
		if !list || r.diff || r.write {
			failed = multierror.Append(failed, r.give(a.stdout, name, old, new))
		}
	}
	switch err := failed.ErrorOrNil(); {
	case err != nil:
		a.error(err)
		return exitUsage
	case changed && (list || r.diff):
		return exitFindings
	}
	return exitOK
}
