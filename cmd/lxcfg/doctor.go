package main

import (
	"fmt"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

func doctorCommand() command {
	return command{
		name: "doctor", usage: "(" + sourceUsage + " | --plan FILE) [OPTION]… [-- COMMAND…]", summary: "say what this host lacks for a launch, and how to get it", run: runDoctor,
		detail: "The steps of the plan say what they need: paths, programs, links, file systems, rights. Each is looked for, nothing is changed and no program run, but for what --clear takes back. " +
			"What stops the configuration from being compiled is told too, with what can be told of the rest. With --facts the answer is for another host, as far as its facts go. " +
			"The exit status is 0 when nothing is missing, 1 when something is, 2 when the configuration cannot be read.",
	}
}

func runDoctor(a *app, c command, args []string) int {
	var o common
	var t target
	var facts, planFile string
	var clear bool
	opts := append(append(t.options(), o.options()...), factsOption(&facts), executeOption(&t),
		option{"clear", "", "", "first take back what launches of the container have left that were killed", toggle(&clear)},
		option{"plan", "", "FILE", "look at a plan that `lxcfg plan -o` has stored; - for standard input", text(&planFile)})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	if err == nil && clear && facts != "" {
		err = fmt.Errorf("--clear is for containers of this host, and --facts names another")
	}
	if err == nil && planFile != "" && (t.name != "" || t.file != "" || facts != "" || t.execute || len(words)+len(argv) > 0) {
		err = fmt.Errorf("--plan FILE is the whole container: no name, file, facts or command goes with it")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	t.argv = argv
	host, err := a.openHost(facts)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	var stored plan.Plan
	if planFile != "" {
		if stored, err = a.readPlan(planFile); err != nil {
			a.error(err)
			return exitUsage
		}
		t.lxcPath, t.name = stored.LXCPath(), stored.Container()
	} else if err := t.resolve(words, host.lxcPath); err != nil {
		return a.usageError(c, err)
	}
	if clear && !a.clearRemains(t.lxcPath, t.name) {
		return exitFindings
	}
	var d diagnosis
	if planFile != "" {
		d, err = diagnosePlan(host, stored)
	} else {
		d, err = a.diagnose(host, t, o)
	}
	if err == nil {
		err = a.printFindings(a.stdout, d.findings, o, d.text)
	}
	if err != nil {
		a.error(err)
		return exitUsage
	}
	if o.format == "text" {
		a.summarize(d)
	}
	if d.findings.Has(diag.Warning) {
		return exitFindings
	}
	return exitOK
}

// diagnosis is what the doctor found.
type diagnosis struct {
	container string
	findings  diag.List
	looked    int    // how many things were looked for
	elsewhere string // the facts of the host it was looked for on, empty for this one
	text      func(name string) (string, bool)
}

// diagnose compiles a target as far as it goes and looks for what it needs.
func (a *app) diagnose(h *host, t target, o common) (diagnosis, error) {
	l, err := a.load(t, o)
	if err != nil {
		return diagnosis{}, err
	}
	facts, err := h.factsFor(l.Needs())
	if err != nil {
		return diagnosis{}, err
	}
	d := diagnosis{container: t.name, elsewhere: h.file, text: l.Text}
	// Of what is wrong with the text, only what stops the launch matters here; lint
	// says the rest.
	for _, f := range launchFindings(l) {
		if f.Severity == diag.Error {
			d.findings = append(d.findings, f)
		}
	}
	draft, findings := compile.Draft(l, t.launch(), facts)
	d.judge(draft, findings)
	return d, nil
}

// judge takes what the compiler has found, and what the host shows besides.
func (d *diagnosis) judge(draft plan.Plan, told diag.List) {
	for _, f := range told {
		if d.elsewhere != "" || !toldByExamination(f) {
			d.findings = append(d.findings, f)
		}
	}
	d.examine(draft)
}

// diagnosePlan looks for what a stored plan needs. That the host is not the one it
// was made for is told as what it means.
func diagnosePlan(h *host, p plan.Plan) (diagnosis, error) {
	now, err := h.factsFor(p.Facts().Needs())
	if err != nil {
		return diagnosis{}, err
	}
	d := diagnosis{container: p.Container(), text: func(name string) (string, bool) {
		text, err := hostFiles{}.ReadFile(name)
		return text, err == nil
	}}
	for _, changed := range p.Facts().Differences(now) {
		f := diag.Diagnostic{Code: "host/changed", Severity: diag.Error, Effect: diag.FailsAtStart,
			Summary: "since the plan was made: " + changed.Words, Detail: changed.Means + ". Make the plan again with `lxcfg plan -o`."}
		if changed.Harmless {
			f.Severity, f.Effect, f.Detail = diag.Info, diag.Advice, changed.Means+"."
		}
		d.findings = append(d.findings, f)
	}
	d.examine(p)
	return d, nil
}

// examine looks at this host for what the steps need.
func (d *diagnosis) examine(p plan.Plan) {
	if d.elsewhere != "" {
		return
	}
	lacks, looked := examineHost(p)
	for _, l := range lacks {
		if d.toldByCompiler(l) {
			continue
		}
		f := diag.Diagnostic{Code: l.code, Severity: l.severity, Effect: diag.Advice, Summary: l.summary, Detail: l.help}
		if l.severity == diag.Error {
			f.Effect = diag.FailsAtStart
		}
		if l.step != nil && l.step.Origins.Len() > 0 {
			o := l.step.Origins.At(0)
			f.Subject, f.Key = d.lineOf(o), o.Key
		}
		d.findings = append(d.findings, f)
	}
	d.looked = looked
}

// toldByCompiler reports whether a lack has been told already: the compiler knows the
// links of the host, and the way to the rootfs.
func (d *diagnosis) toldByCompiler(l lack) bool {
	told, ok := map[string]string{"host/link": "net/", "host/bridge": "net/", "host/passage": "idmap/no-way"}[l.code]
	if !ok || l.step == nil {
		return false
	}
	for _, f := range d.findings {
		for _, o := range l.step.Origins.All() {
			if strings.HasPrefix(f.Code, told) && f.Key == o.Key && f.Subject.File == o.File && f.Subject.Start.Line == o.Line {
				return true
			}
		}
	}
	return false
}

// toldByExamination reports whether a finding is told again, with more about it: a
// path that is missing, or that is no directory.
func toldByExamination(f diag.Diagnostic) bool {
	missing := f.Severity == diag.Warning && f.Effect == diag.FailsAtStart && !strings.HasPrefix(f.Code, "net/")
	return missing || f.Code == rules.CreateMismatch
}

// lack is something that this host lacks for a step.
type lack struct {
	code     string
	severity diag.Severity
	step     *plan.Step // nil for the container as a whole
	summary  string
	help     string
}

// lineOf is the whole line of an origin.
func (d *diagnosis) lineOf(o plan.Origin) source.Range {
	start := source.Pos{Line: o.Line, Column: o.Column}
	text, ok := d.text(o.File)
	if ok {
		for line := 1; line < o.Line; line++ {
			start.Offset += strings.IndexByte(text[start.Offset:], '\n') + 1
		}
		start.Offset = min(start.Offset+o.Column-1, len(text))
		text, _, _ = strings.Cut(text[start.Offset:], "\n")
	}
	end := start
	end.Offset += len(strings.TrimRight(text, " \t\r"))
	end.Column += end.Offset - start.Offset
	return source.Range{File: o.File, Start: start, End: end}
}

// summarize says in a line how it went.
func (a *app) summarize(d diagnosis) {
	if len(d.findings) > 0 {
		fmt.Fprintln(a.stdout)
	}
	missing := 0
	for _, f := range d.findings {
		if f.Severity >= diag.Warning {
			missing++
		}
	}
	verdict := "this host has what the launch needs"
	if d.elsewhere != "" {
		verdict = "as far as the facts go, that host has what the launch needs"
	}
	if missing > 0 {
		verdict = count(missing, "problem")
	}
	fmt.Fprintf(a.stdout, "%s: %s", diag.Visible(d.container), verdict)
	switch {
	case d.elsewhere != "":
		fmt.Fprintf(a.stdout, " (%s says nothing of paths and programs)\n", d.elsewhere)
	default:
		fmt.Fprintf(a.stdout, " (%s looked for)\n", count(d.looked, "thing"))
	}
}
