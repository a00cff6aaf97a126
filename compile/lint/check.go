package lint

import (
	"sync"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// checked is what came of one file that was to be checked.
type checked struct {
	name     string
	findings diag.List
	sources  []source.File // the texts that were read for it, its own first
	err      error         // it could not be read
}

// check reads and checks one file of any kind: a container's configuration with
// all it refers to, LXC's system configuration, or a seccomp policy.
func (r *Request) check(name string, shared *documents) checked {
	c := checked{name: name}
	text, err := r.Files.ReadFile(name)
	if err != nil {
		c.err = err
		return c
	}
	settings := r.settings(name, name)
	f := source.File{Name: name, Text: text}
	switch {
	case keys.IsSystem(f):
		c.findings, c.sources = keys.CheckSystem(f), []source.File{f}
	case seccomp.Detect(f):
		c.findings, c.sources = compile.CheckPolicy(f, settings.Version), []source.File{f}
	default:
		l := compile.Load(compile.Request{File: f, Files: r.Files, LookupEnv: r.LookupEnv,
			Dialect: DialectOf(settings.Dialect, f, settings.Version), Version: settings.Version, Stated: settings.Version != 0, Parse: shared.parserFor(name)})
		c.findings, c.sources = l.Findings, l.Config.Sources
		if r.Host != nil {
			more, err := r.Host.findings(l, name)
			c.findings, c.err = append(c.findings, more...), err
			c.findings.Sort(sourceNames(c.sources)...)
		}
	}
	if settings.Version != 0 {
		for i := range c.findings {
			c.findings[i].LXC = settings.Version.String()
		}
	}
	return c
}

// documents are the files of a run that several configurations include, each taken
// apart once. Nothing changes a document, so all may have the same.
type documents struct{ known sync.Map }

// documentKey is what makes one document of a file. Its text does not change during
// a run.
type documentKey struct {
	name    string
	dialect grammar.Dialect
}

// parserFor returns the parser for one configuration and what it includes. The
// configuration's own document is not kept: nobody else asks for it.
func (d *documents) parserFor(named string) func(source.File, grammar.Dialect) *grammar.Document {
	return func(f source.File, dialect grammar.Dialect) *grammar.Document {
		if f.Name == named {
			return grammar.ParseAs(f, dialect)
		}
		key := documentKey{f.Name, dialect}
		if known, ok := d.known.Load(key); ok {
			return known.(*grammar.Document)
		}
		known, _ := d.known.LoadOrStore(key, grammar.ParseAs(f, dialect))
		return known.(*grammar.Document)
	}
}
