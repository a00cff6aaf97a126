package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

func migrateCommand() command {
	return command{
		name: "migrate", usage: "[OPTION]… PATH…|-", summary: "rewrite configuration files for a newer LXC", run: runMigrate,
		detail: "Names of LXC 1 and 2 become those of today, values that meant something else are written so that they mean the same, and for " +
			"LXC 7 limits of cgroup v1 become those of v2. Comments and layout stay. The result is printed, or written with -w. " +
			"The exit status is 0 when all is done, 1 when something is left for a person, which standard error lists, 2 when a file cannot be read. " +
			"--lxc-version says which LXC the files were written for; their names tell when it is not given.",
	}
}

func runMigrate(a *app, c command, args []string) int {
	var o common
	var r rewriting
	var req migrate.Request
	follow := false
	opts := append(append(o.options(), r.options()...),
		option{"to", "", "V", "the LXC to rewrite for: 2.1 to 7.0, the newest when not given", func(word string) error {
			v, ok := keys.ParseVersion(word)
			if !ok {
				return fmt.Errorf("%q is no version of LXC; there are %v", word, keys.Versions())
			}
			req.To = v
			return nil
		}},
		option{"cgroup2", "", "", "rewrite limits of cgroup v1 for an LXC before 7.0 too", toggle(&req.Cgroup2)},
		option{"follow-includes", "", "", "rewrite the files that lxc.include lines name as well; needs -d or -w", toggle(&follow)},
	)
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	paths, rest, err := opts.parse(args)
	paths = append(paths, rest...)
	if err == nil {
		err = r.check(paths)
	}
	switch {
	case err != nil:
	case follow && !r.diff && !r.write:
		err = errors.New("--follow-includes needs -d or -w")
	case req.To != 0 && o.version > req.To:
		err = fmt.Errorf("the files are for LXC %s already, which is newer than %s", o.version, req.To)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	req.To = cmp.Or(req.To, keys.Newest)
	req.From, req.Include = o.version, includedFiles
	m := migrating{app: a, common: o, rewriting: r, request: req, follow: follow, old: make(map[string]string), made: make(map[string]string)}
	files, err := expand(paths, ".conf")
	m.failed = multierror.Append(m.failed, err)
	for _, name := range files {
		m.file(name)
	}
	m.giveAll()
	return m.end()
}

// migrating is one run of the command.
type migrating struct {
	app *app
	common
	rewriting
	request migrate.Request
	follow  bool

	notes    diag.List         // about the old texts
	old      map[string]string // the old texts
	refusals diag.List         // what the newer LXC would not load of the new texts
	made     map[string]string // the new texts
	results  []migrate.File    // what to give, each file once
	failed   *multierror.Error
}

// file rewrites one file named on the command line. Nothing is written before all
// are read: a file may include another one.
func (m *migrating) file(name string) {
	text, err := m.app.readConfig(name)
	if err != nil {
		m.failed = multierror.Append(m.failed, err)
		return
	}
	m.request.File = source.File{Name: name, Text: text}
	if m.dialectOf(m.request.File) == grammar.PVE {
		m.failed = multierror.Append(m.failed, fmt.Errorf("%s is a configuration of Proxmox, which rewrites its own files; --dialect lxc takes it for one of LXC", name))
		return
	}
	result := migrate.Rewrite(m.request)
	for _, n := range result.Notes {
		if !isPackaged(n.Subject.File) || n.Subject.File == name {
			m.notes = append(m.notes, n)
		}
	}
	for i, f := range result.Files {
		m.old[f.Name] = f.Old
		if i == 0 || m.follow && !isPackaged(f.Name) {
			m.add(f)
		}
	}
	m.check(result)
}

// isPackaged reports whether a file comes with LXC, or with the templates beside
// it: a newer LXC brings its own, so it is read and neither written nor judged.
func isPackaged(name string) bool { return strings.HasPrefix(name, "/usr/share/lxc/") }

// add puts a file among the results. What becomes of an included file can depend
// on the file that includes it: then none of the texts is right for both.
func (m *migrating) add(f migrate.File) {
	i := slices.IndexFunc(m.results, func(r migrate.File) bool { return r.Name == f.Name })
	switch {
	case i < 0:
		m.results = append(m.results, f)
	case m.results[i].New != f.New:
		m.failed = multierror.Append(m.failed, fmt.Errorf("%s becomes something else for each of the files that include it; give each its own copy", f.Name))
		m.results[i].New = f.Old
	}
}

// giveAll prints or writes the results.
func (m *migrating) giveAll() {
	for _, f := range m.results {
		m.failed = multierror.Append(m.failed, m.give(m.app.stdout, f.Name, f.Old, f.New))
	}
}

// check loads what was made as the LXC it is for would, and lists what that one
// would refuse: it is left for a person. What this host lacks, files to include
// and variables of the environment, is no matter of the text.
func (m *migrating) check(result migrate.Result) {
	files := rewrittenFiles{texts: make(map[string]string)}
	if m.follow {
		for _, f := range result.Files {
			files.texts[f.Name] = f.New
		}
	}
	main := result.Files[0]
	loaded := compile.Load(compile.Request{File: source.File{Name: main.Name, Text: main.New}, Files: files, Version: m.request.To, Stated: true,
		LookupEnv: func(string) (string, bool) { return "", true }})
	for _, f := range loaded.Findings {
		if f.Effect == diag.RejectedAtLoad && f.Code != "include/unreadable" && (!isPackaged(f.Subject.File) || f.Subject.File == main.Name) {
			m.refusals = append(m.refusals, f)
		}
	}
	for _, d := range loaded.Documents {
		m.made[d.File.Name] = d.File.Text
	}
}

// end prints what is left for a person.
func (m *migrating) end() int {
	m.version = m.request.To // whose refusals these are
	if m.format == "json" {
		m.print(append(m.notes, m.refusals...), nil)
	} else {
		m.print(m.notes, m.old)
		if len(m.notes) > 0 && len(m.refusals) > 0 {
			fmt.Fprintln(m.app.stderr)
		}
		m.print(m.refusals, m.made)
	}
	switch err := m.failed.ErrorOrNil(); {
	case err != nil:
		m.app.error(err)
		return exitUsage
	case m.notes.Has(diag.Warning), m.refusals.Has(diag.Warning):
		return exitFindings
	}
	return exitOK
}

func (m *migrating) print(list diag.List, texts map[string]string) {
	if len(list) == 0 && m.format != "json" {
		return
	}
	lookup := func(name string) (string, bool) { text, ok := texts[name]; return text, ok }
	if err := m.app.printFindings(m.app.stderr, list, m.common, lookup); err != nil {
		m.failed = multierror.Append(m.failed, err)
	}
}

// includedFiles reads what an lxc.include line names, nil when it cannot.
func includedFiles(value string) []source.File {
	names, err := compile.IncludedNames(hostFiles{}, value)
	if err != nil {
		return nil
	}
	files := []source.File{} // an empty directory can be read
	for _, name := range names {
		text, err := hostFiles{}.ReadFile(name)
		if err != nil {
			return nil
		}
		files = append(files, source.File{Name: name, Text: text})
	}
	return files
}

// rewrittenFiles is the host's file system with some texts in place of others.
type rewrittenFiles struct {
	hostFiles
	texts map[string]string
}

// ReadFile prefers the new text.
func (r rewrittenFiles) ReadFile(name string) (string, error) {
	if text, ok := r.texts[name]; ok {
		return text, nil
	}
	return r.hostFiles.ReadFile(name)
}
