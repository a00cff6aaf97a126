package lint

import (
	"lxcfg/compile"
	"lxcfg/compile/keys"
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
func (r *Request) check(name string) checked {
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
			Dialect: DialectOf(settings.Dialect, f, settings.Version), Version: settings.Version, Stated: settings.Version != 0})
		c.findings, c.sources = l.Findings, l.Config.Sources
	}
	if settings.Version != 0 {
		for i := range c.findings {
			c.findings[i].LXC = settings.Version.String()
		}
	}
	return c
}
