package compile

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/compile/rules"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Files is what loading needs of a file system. The caller brings it, so that a
// configuration can be loaded from anywhere and the package stays pure.
type Files interface {
	ReadFile(name string) (string, error)
	ReadDir(name string) ([]string, error) // names, in the order they are read
	IsDir(name string) bool
}

// Request says what to load.
type Request struct {
	File      source.File                 // the main file, read
	Defines   []string                    // -s options, in order
	Files     Files                       // for what the main file refers to
	LookupEnv func(string) (string, bool) // for lxc.environment lines without a value; nil: nobody knows who will start it
	Dialect   grammar.Dialect             // PVE for a file of Proxmox's; else the Version tells
	Version   keys.Version                // the LXC to judge by, zero for the newest
	Stated    bool                        // the user has named the version
	// Parse takes a file apart, for callers that load many configurations which
	// include the same files. Nil: grammar.ParseAs.
	Parse func(source.File, grammar.Dialect) *grammar.Document
}

// Loaded is a configuration, resolved, with everything found on the way.
type Loaded struct {
	Config    *config.Config
	Documents []*grammar.Document // every file in lines, in the order it was read
	Findings  diag.List           // in the order of the text
	Policy    *source.File        // the file lxc.seccomp.profile names, nil when it cannot be read
	Fstab     *source.File        // the file lxc.mount.fstab names, nil when it cannot be read
	Version   keys.Version        // the LXC it was judged by
}

// Load reads a configuration with all it includes, applies the defines, and
// checks it. It always returns what it could make of the text.
func Load(req Request) *Loaded {
	if req.Version == 0 {
		req.Version = keys.Newest
	}
	if req.Parse == nil {
		req.Parse = grammar.ParseAs
	}
	l := &loader{
		request: req,
		loaded:  &Loaded{Config: config.New(), Version: req.Version},
	}
	if req.Version <= keys.V1_1 {
		l.dialect = grammar.LXC1
	}
	l.resolver = keys.Resolver{Config: l.loaded.Config, Version: req.Version, Stated: req.Stated, LookupEnv: req.LookupEnv}
	l.file(req.File, nil)
	for i, text := range req.Defines {
		l.define(i+1, text)
	}
	l.loaded.Config.Network.Sort()
	l.fstab()
	l.policy()
	unfilled := templates(l.loaded.Documents, l.trails)
	l.loaded.Config.Incomplete = l.unread || len(unfilled) > 0
	l.findings.Add(rules.Check(l.loaded.Config, req.Version)...)
	l.loaded.Findings = joinPlaceholders(unfilled, joinComments(guessSections(joinRemoved(l.findings.List()))))
	l.loaded.Findings.Sort(l.loaded.files()...)
	return l.loaded
}

// loader is the state of one load.
type loader struct {
	request  Request
	loaded   *Loaded
	dialect  grammar.Dialect
	resolver keys.Resolver
	findings diag.Collector
	trails   [][]diag.Place          // the include lines that led to each document
	open     []string                // the files being read, outermost first
	included map[string]grammar.Text // what was included, each where it was first
	count    int                     // files read
	unread   bool                    // one that is included could not be read
}

// file resolves one file, line by line, at the place it is included from.
func (l *loader) file(f source.File, trail []diag.Place) {
	dialect := l.dialect
	if len(l.open) == 0 && l.request.Dialect == grammar.PVE {
		dialect = grammar.PVE // what it includes LXC reads
	}
	doc := l.request.Parse(f, dialect)
	l.document(doc, doc.Findings(), trail)
	l.open = append(l.open, f.Name)
	defer func() { l.open = l.open[:len(l.open)-1] }()
	if dialect == grammar.PVE {
		l.proxmox(doc)
		return
	}
	for line := range doc.Lines() {
		if line.Kind != grammar.LineAssign {
			continue
		}
		key, value := doc.Setting(line)
		if key.String == keys.Include && value.String != "" {
			l.include(value, trail)
			continue
		}
		l.set(key, value, trail)
	}
}

// define resolves a -s option, which stands behind everything in the file.
func (l *loader) define(n int, text string) {
	doc, findings := grammar.ParseDefine(n, text, l.dialect)
	l.document(doc, findings, nil)
	for line := range doc.Lines() {
		if line.Kind != grammar.LineAssign || len(findings) > 0 {
			continue
		}
		key, value := doc.Setting(line)
		if key.String == keys.Include && value.String != "" {
			l.include(value, nil)
			continue
		}
		l.set(key, value, nil)
	}
}

// set resolves one setting.
func (l *loader) set(key, value grammar.Text, trail []diag.Place) {
	l.resolver.Set(key, value, trail)
	l.findings.Add(l.resolver.Findings...)
	l.resolver.Findings = l.resolver.Findings[:0]
}

// document records a text that was read.
func (l *loader) document(doc *grammar.Document, findings diag.List, trail []diag.Place) {
	l.loaded.Documents = append(l.loaded.Documents, doc)
	l.trails = append(l.trails, trail)
	l.loaded.Config.Sources = append(l.loaded.Config.Sources, doc.File)
	for _, f := range findings {
		f.Trail = trail
		l.findings.Add(f)
	}
}

// reject records a finding at a value that LXC refuses to load the file for.
func (l *loader) reject(at grammar.Text, trail []diag.Place, code, detail, format string, args ...any) {
	l.rejectWith(nil, at, trail, code, detail, format, args...)
}

// rejectWith is reject with fixes.
func (l *loader) rejectWith(fixes []diag.Fix, at grammar.Text, trail []diag.Place, code, detail, format string, args ...any) {
	l.findings.Add(diag.Diagnostic{
		Code: code, Severity: diag.Error, Effect: diag.RejectedAtLoad,
		Summary: fmt.Sprintf(format, args...), Detail: detail, Subject: at.Range, Key: keys.Include, Trail: trail, Fixes: fixes,
	})
}

// Text returns the text of a file that was read, for showing lines of it.
func (l *Loaded) Text(name string) (string, bool) {
	for _, f := range l.Config.Sources {
		if f.Name == name {
			return f.Text, true
		}
	}
	return "", false
}

// files lists the files that were read, the main one first.
func (l *Loaded) files() []string {
	names := make([]string, 0, len(l.Config.Sources))
	for _, f := range l.Config.Sources {
		names = append(names, f.Name)
	}
	return names
}
