package compile

import (
	"crypto/sha256"
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Options says what is launched, beside the configuration.
type Options struct {
	Name       string   // of the container
	LXCPath    string   // directory that holds the container's directory, as LXC's programs are told it
	Directory  string   // that directory of the container, its whole path; empty: LXCPath/Name is
	ConfigFile string   // of the configuration, as hooks are told it; empty for none
	Argv       []string // the command to run instead of lxc.init.cmd; empty: that
	Execute    bool     // run it below a minimal init, as lxc-execute does; then it is lxc.execute.cmd that it stands for
	Listen     Listen   // sockets that init is left
	Now        bool     // the plan is carried out at once: what is missing on the host is refused, where else it is told only
}

// Listen is the descriptors that the caller was started with to pass on, from 3 on
// (sd_listen_fds(3)). The zero Listen is none.
type Listen struct {
	Count uint32
	Names string // of LISTEN_FDNAMES, empty for none
}

// compiler is the state of one compilation: what goes in, and what came out so far.
type compiler struct {
	config   *config.Config
	loaded   *Loaded
	options  Options
	facts    plan.Facts
	builder  plan.Builder
	findings diag.List

	namespaces plan.NamespaceSet // the payload gets new ones of
	joined     plan.NamespaceSet // the payload is in those of others of
	holds      bool              // the monitor keeps the payload's namespaces
	uids, gids []plan.IDMap      // of its user namespace
	root       rootfs            // where the container's root comes from; no storage: the host's
	rootAt     string            // directory of the host that it is mounted at
	hasHelper  bool              // a step makes the namespace in which things are handed to its root
}

// sections is what a launch is made of. Each looks at one part of the
// configuration and adds the steps for it; the plan puts them in order.
var sections = [...]func(*compiler){
	(*compiler).compileNamespaces,
	(*compiler).compileIDMap,
	(*compiler).compileCgroups,
	(*compiler).compileDeviceRules,
	(*compiler).compileRootfs,
	(*compiler).compileNetwork,
	(*compiler).compileDev,
	(*compiler).compileAutoMounts,
	(*compiler).compileMountEntries,
	(*compiler).compileConsole,
	(*compiler).compileCapabilities,
	(*compiler).compileConfinement,
	(*compiler).compileHooks,
	(*compiler).compileProcessLimits,
	(*compiler).compileProcess,
	(*compiler).compileEphemeral,
	(*compiler).compileLog,
}

// Compile makes the launch plan of a loaded configuration on the host that the
// facts describe. The findings are those that need the host or the whole
// configuration; with one of severity error among them the plan is the zero
// Plan and must not be used.
func Compile(l *Loaded, o Options, facts plan.Facts) (plan.Plan, diag.List) {
	c := compileSections(l, o, facts)
	if c.findings.Has(diag.Error) {
		return plan.Plan{}, c.findings
	}
	p, err := c.builder.Build()
	if err != nil {
		c.findings = append(c.findings, diag.Diagnostic{
			Code: "internal/plan", Severity: diag.Error, Effect: diag.FailsAtStart,
			Summary: "lxcfg made a plan that contradicts itself: " + err.Error(),
			Detail:  "This is a bug of lxcfg. Please report it together with the configuration.",
		})
		return plan.Plan{}, c.findings
	}
	return p, c.findings
}

// Draft makes what it can of a configuration that may have mistakes: a plan to look
// at, which cannot be launched. The findings are those of Compile.
func Draft(l *Loaded, o Options, facts plan.Facts) (plan.Plan, diag.List) {
	c := compileSections(l, o, facts)
	return c.builder.Draft(), c.findings
}

// compileSections makes the steps.
func compileSections(l *Loaded, o Options, facts plan.Facts) *compiler {
	c := &compiler{
		config:  l.Config,
		loaded:  l,
		options: o,
		facts:   facts,
		builder: plan.Builder{Container: o.Name, LXCPath: o.LXCPath, ConfigFile: o.ConfigFile, Facts: facts},
	}
	// A path that is missing is told; the plan rests on what it makes something of.
	c.builder.Facts.Paths = plan.List[plan.Path]{}
	for _, f := range c.config.Sources {
		c.builder.AddSource(plan.Source{Name: f.Name, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(f.Text)))})
	}
	if l.Documents[0].Dialect == grammar.PVE {
		at := c.nowhere()
		c.refuse(at, "launch/unsupported", "a configuration of Proxmox is not all that LXC gets to see",
			"Proxmox makes the rootfs, mounts and networks of its own options. Start the container with `pct start`, or plan what it writes to /var/lib/lxc/NNN/config.")
		return c
	}
	for _, section := range sections {
		section(c)
	}
	return c
}

// add appends a step that a configuration line asked for.
func (c *compiler) add(at plan.Place, op plan.Op, origins ...config.Origin) {
	c.builder.Add(at, op, "", planOrigins(origins)...)
}

// addDefault appends a step that is there without a line, for the given reason.
func (c *compiler) addDefault(at plan.Place, op plan.Op, because string) {
	c.builder.Add(at, op, because)
}

// addFor appends a step for a value: its line when it was set, the reason else.
func addFor[T any](c *compiler, at plan.Place, op plan.Op, v config.Value[T], because string) {
	if v.Set {
		c.add(at, op, v.Origin)
		return
	}
	c.addDefault(at, op, because)
}

// refuse records a finding that stops the launch, at the line at fault.
func (c *compiler) refuse(at config.Origin, code, summary, detail string) {
	c.report(diag.Error, diag.FailsAtStart, at, code, summary, detail)
}

// missing records that the host lacks something now. A plan for later is made all the
// same: it may be there by then.
func (c *compiler) missing(at config.Origin, code, summary, detail string) {
	severity := diag.Warning
	if c.options.Now {
		severity = diag.Error
	}
	c.report(severity, diag.FailsAtStart, at, code, summary, detail)
}

// report records a finding at a line.
func (c *compiler) report(severity diag.Severity, effect diag.Effect, at config.Origin, code, summary, detail string) {
	c.findings = append(c.findings, diag.Diagnostic{
		Code: code, Severity: severity, Effect: effect, Summary: summary, Detail: detail,
		Subject: at.Range(), Key: at.Key, Trail: at.Trail(),
	})
}

// nowhere is the origin of a finding about something the configuration lacks.
func (c *compiler) nowhere() config.Origin {
	var at config.Origin
	if len(c.config.Sources) > 0 {
		start := source.Pos{Line: 1, Column: 1}
		at = config.NewOrigin("", source.Range{Start: start, End: start}, &config.Reading{File: c.config.Sources[0].Name})
	}
	return at
}

// planOrigins gives origins the form they have in a plan.
func planOrigins(origins []config.Origin) []plan.Origin {
	out := make([]plan.Origin, 0, len(origins))
	for _, o := range origins {
		r := o.Range()
		out = append(out, plan.Origin{File: r.File, Line: r.Start.Line, Column: r.Start.Column, Key: o.Key})
	}
	return out
}

// origins collects the lines a list of values comes from.
func origins[T any](items config.Items[T]) []config.Origin {
	out := make([]config.Origin, 0, len(items))
	for _, v := range items {
		out = append(out, v.Origin)
	}
	return out
}
