package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

func lintCommand() command {
	return command{
		name: "lint", usage: "[OPTION]… [PATH…|-]", summary: "report everything that is wrong with configuration files", run: runLint,
		detail: "Each PATH is a file, a directory, whose files called config, *.conf or *.seccomp are checked, or - for standard input. " +
			"LXC's system configuration, lxc.conf, and seccomp policies are recognised by what they say. " +
			"The exit status is 0 when no finding is as bad as --fail-on says, 1 when one is, 2 when a file cannot be read.",
	}
}

func runLint(a *app, c command, args []string) int {
	var o common
	failOn := diag.Error
	opts := append(o.options(),
		option{"fail-on", "", "error|warning|info", "the severity that makes the exit status 1", func(word string) error {
			s, ok := diag.ParseSeverity(word)
			if !ok {
				return fmt.Errorf("%q is none of error, warning, info", word)
			}
			failOn = s
			return nil
		}})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	paths, rest, err := opts.parse(args)
	if err != nil {
		return a.usageError(c, err)
	}
	if paths = append(paths, rest...); len(paths) == 0 {
		return a.usageError(c, errors.New("no file is named"))
	}

	var findings diag.List
	var failed *multierror.Error
	sources := make(map[string]string)
	files, err := expand(paths, ".conf", ".seccomp")
	failed = multierror.Append(failed, err)
	for _, name := range files {
		text, err := a.readConfig(name)
		if err != nil {
			failed = multierror.Append(failed, err)
			continue
		}
		f := source.File{Name: name, Text: text}
		sources[name] = text
		if keys.IsSystem(f) {
			findings = append(findings, keys.CheckSystem(f)...)
			continue
		}
		if seccomp.Detect(f) {
			findings = append(findings, compile.CheckPolicy(f, o.version)...)
			continue
		}
		l := a.loadText(f, nil, o)
		for _, f := range l.Config.Sources {
			sources[f.Name] = f.Text
		}
		findings = append(findings, l.Findings...)
	}
	lookup := func(name string) (string, bool) { s, ok := sources[name]; return s, ok }
	if err := a.printFindings(a.stdout, findings, o, lookup); err != nil {
		failed = multierror.Append(failed, err)
	}
	switch err := failed.ErrorOrNil(); {
	case err != nil:
		a.error(err)
		return exitUsage
	case findings.Has(failOn):
		return exitFindings
	}
	return exitOK
}

// expand replaces directories by the configurations below them: files called config
// or with one of the endings.
func expand(paths []string, endings ...string) (files []string, err error) {
	var failed *multierror.Error
	for _, path := range paths {
		info, err := os.Stat(path)
		if path == "-" || err != nil || !info.IsDir() {
			files = append(files, path) // reading it says what is wrong
			continue
		}
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				failed = multierror.Append(failed, err)
				return nil
			}
			if entry.IsDir() && entry.Name() == "rootfs" {
				return filepath.SkipDir // a container's own files are not its configuration
			}
			if entry.Type().IsRegular() && (entry.Name() == "config" || slices.Contains(endings, filepath.Ext(entry.Name()))) {
				files = append(files, name)
			}
			return nil
		})
		failed = multierror.Append(failed, err)
	}
	return files, failed.ErrorOrNil()
}
