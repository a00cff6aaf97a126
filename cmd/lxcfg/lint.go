package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile/lint"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

func lintCommand() command {
	return command{
		name: "lint", usage: "[OPTION]… [PATH…|-]", summary: "report everything that is wrong with configuration files", run: runLint,
		detail: "Each PATH is a file, a directory, whose files called config, *.conf or *.seccomp are checked, or - for standard input. " +
			"LXC's system configuration, lxc.conf, and seccomp policies are recognised by what they say. " +
			"A comment `# lxcfg: ignore=CODE reason` leaves out findings of the next line, and the file " + lint.ProjectFile + " beside the files or above holds settings. " +
			"The exit status is 0 when no finding is as bad as --fail-on says, 1 when one is, 2 when a file cannot be read.",
	}
}

// linting is one run of the command.
type linting struct {
	app *app
	common
	stated     lint.Settings // on the command line
	config     string        // the project file, or "none"
	stdinName  string
	facts      string // the file of the host to judge by too
	host       bool   // judge by this host too
	quiet      bool
	statistics bool
	fix        fixOptions

	writeBaseline string
	projects      *projects
	files         *cachedFiles
	failed        *multierror.Error
}

// fixOptions say what becomes of fixes.
type fixOptions struct {
	apply, diff, unsafe, includes bool
}

func (l *linting) options() options {
	formats := make([]string, 0, len(diag.Formats()))
	for _, f := range diag.Formats() {
		formats = append(formats, f.Name)
	}
	opts := l.common.options()
	l.dialect = "" // what is not said here, the project file may say
	opts[0] = option{"format", "", strings.Join(formats, "|"), "how to print", oneOf(&l.format, formats...)}
	severities := strings.Join([]string{diag.Error.String(), diag.Warning.String(), diag.Info.String()}, "|")
	return append(opts,
		option{"fail-on", "", severities, "the severity that makes the exit status 1", severity(&l.stated.FailOn)},
		option{"severity", "", severities, "show findings of this severity and worse ones only", severity(&l.stated.Severity)},
		option{"only", "", "CODES", "show findings with these codes only: with commas between, and patterns such as mount/*", patterns(&l.stated.Only)},
		option{"except", "", "CODES", "show no findings with these codes", patterns(&l.stated.Except)},
		option{"fix", "", "", "apply the fixes that are safe, and report what is left; of standard input to standard output", toggle(&l.fix.apply)},
		option{"diff", "", "", "with --fix: print what it would change, and write nothing", toggle(&l.fix.diff)},
		option{"unsafe-fixes", "", "", "with --fix: apply fixes too that may change what LXC makes of a file", toggle(&l.fix.unsafe)},
		option{"fix-includes", "", "", "with --fix: change files too that are only included", toggle(&l.fix.includes)},
		option{"baseline", "", "FILE", "leave out the findings that FILE lists, and report those that are gone", text(&l.stated.Baseline)},
		option{"write-baseline", "", "FILE", "write the findings to FILE as a baseline", text(&l.writeBaseline)},
		option{"config", "", "FILE|none", "the project file to use for all files, in place of those beside them", text(&l.config)},
		option{"host", "", "", "judge also by this host and by who runs lxcfg: what has no effect here, or fails", toggle(&l.host)},
		option{"facts", "", "FILE", "judge also by the host whose facts `lxcfg facts -o` has stored", text(&l.facts)},
		option{"stdin-filename", "", "FILE", "what to call standard input", text(&l.stdinName)},
		option{"statistics", "", "", "print how many findings there are of each code, in place of them", toggle(&l.statistics)},
		option{"quiet", "q", "", "print no findings; the exit status tells", toggle(&l.quiet)},
	)
}

// severity sets a severity by its word.
func severity(into *diag.Severity) func(string) error {
	return func(word string) error {
		s, ok := diag.ParseSeverity(word)
		if !ok {
			return fmt.Errorf("%q is none of error, warning, info", word)
		}
		*into = s
		return nil
	}
}

// patterns adds patterns of codes.
func patterns(into *lint.Patterns) func(string) error {
	return func(list string) error {
		more, err := lint.ParsePatterns(list)
		*into = append(*into, more...)
		return err
	}
}

func runLint(a *app, c command, args []string) int {
	l := linting{app: a}
	opts := l.options()
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	paths, rest, err := opts.parse(args)
	paths = append(paths, rest...)
	if err == nil {
		err = l.check(paths)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	l.stated.Version, l.stated.Dialect = l.version, l.dialect
	names, err := expand(paths, ".conf", ".seccomp")
	l.failed = multierror.Append(l.failed, err)
	names = l.named(names)
	request, err := l.request(names)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	if l.fix.apply {
		return l.fixAll(request)
	}
	return l.end(lint.Run(request), a.stdout, false)
}

// check says what is wrong with the options together.
func (l *linting) check(paths []string) error {
	switch {
	case len(paths) == 0:
		return errors.New("no file is named")
	case !l.fix.apply && l.fix.diff:
		return errors.New("--diff needs --fix")
	case !l.fix.apply && l.fix.unsafe:
		return errors.New("--unsafe-fixes needs --fix")
	case !l.fix.apply && l.fix.includes:
		return errors.New("--fix-includes needs --fix")
	case l.writeBaseline != "" && l.stated.Baseline != "":
		return errors.New("--baseline and --write-baseline exclude each other")
	case l.writeBaseline != "" && l.fix.apply:
		return errors.New("--fix and --write-baseline exclude each other")
	case l.host && l.facts != "":
		return errors.New("--host and --facts exclude each other")
	case l.statistics && l.format != "text" && l.format != "json":
		return fmt.Errorf("--statistics are printed as text or json, not as %s", l.format)
	}
	return nil
}

// named gives standard input its name and leaves out files that are named twice.
func (l *linting) named(names []string) []string {
	var once []string
	for _, name := range names {
		if name == "-" {
			name = cmp.Or(l.stdinName, name)
		}
		if !slices.Contains(once, name) {
			once = append(once, name)
		}
	}
	return once
}

// request joins the command line and the project files.
func (l *linting) request(names []string) (lint.Request, error) {
	l.files = newCachedFiles(l.readFile)
	var err error
	if l.projects, err = l.findProjects(names); err != nil {
		return lint.Request{}, err
	}
	r := lint.Request{Names: names, Files: l.files, Settings: l.projects.settings}
	if l.host {
		r.LookupEnv = os.LookupEnv
	}
	if l.host || l.facts != "" {
		h, err := l.app.openHost(l.facts)
		if err != nil {
			return r, err
		}
		r.Host = &lint.Host{Facts: h.factsFor, Name: nameFor, LXCPath: h.lxcPath}
		if l.host {
			r.Host.Examine = func(draft plan.Plan, told diag.List, text func(string) (string, bool)) diag.List {
				d := diagnosis{container: draft.Container(), text: text}
				d.judge(draft, told)
				return d.findings
			}
			r.Host.Script = hostFiles{}.ReadScript
		}
	}
	if l.writeBaseline == "" {
		r.Baseline, err = l.projects.baselines(names)
	}
	return r, err
}

// readFile reads a file of the host, or standard input under its name.
func (l *linting) readFile(name string) (string, error) {
	if name == "-" || name == l.stdinName && name != "" {
		return l.app.readConfig("-")
	}
	return hostFiles{}.ReadFile(name)
}

// end prints what was found and chooses the exit status, which is also that of
// findings when there is something to change.
func (l *linting) end(result *lint.Result, to *os.File, changes bool) int {
	l.failed = multierror.Append(l.failed, result.Errors...)
	if l.writeBaseline != "" {
		l.failed = multierror.Append(l.failed, l.write(result))
	} else if !l.quiet {
		l.failed = multierror.Append(l.failed, l.print(result, to))
	}
	switch err := l.failed.ErrorOrNil(); {
	case err != nil:
		l.app.error(err)
		return exitUsage
	case l.writeBaseline == "" && (changes || slices.Contains(result.Fails, true)):
		return exitFindings
	}
	return exitOK
}

// print prints the report.
func (l *linting) print(result *lint.Result, to *os.File) error {
	out := bufio.NewWriterSize(to, 1<<13)
	if l.statistics {
		if err := l.printStatistics(out, result); err != nil {
			return err
		}
		return out.Flush()
	}
	report := diag.Report{
		Options:  diag.Options{Color: l.colored(to), Width: terminalWidth(to), LXC: l.judge().String(), Source: result.Text},
		Findings: result.Findings, Fails: result.Fails, Checked: result.Checked, Row: lint.LookupCode, Version: plan.Version,
	}
	if l.failed != nil {
		for _, err := range l.failed.Errors {
			report.Errors = append(report.Errors, err.Error())
		}
	}
	for _, f := range diag.Formats() {
		if f.Name == l.format {
			if err := f.Write(out, &report); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
