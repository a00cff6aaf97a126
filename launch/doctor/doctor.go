//go:build linux

// Package doctor looks for what the steps of a plan need of this host. It reads
// files and asks the kernel; it runs no program and changes nothing.
//
// What is looked for, the ops say themselves (plan.Requirer): there is one probe for
// each kind of need, and no finding without a step that has the need.
package doctor

import (
	"fmt"
	"path/filepath"

	"lxcfg/compile/plan"
	"lxcfg/launch/remains"
)

// Severity says how much a finding matters.
type Severity int

// The severities.
const (
	Info    Severity = iota // it may be all right: only the launch can tell
	Warning                 // the launch goes on, and does something else
	Error                   // the launch fails
)

// Finding is something that a step needs and this host lacks.
type Finding struct {
	Code     string // "host/path"
	Severity Severity
	Step     *plan.Step // whose need it is; nil for the container as a whole
	Summary  string     // one line, lower case, no full stop
	Help     string     // sentences: what to type
}

// Examine looks for what a plan, or the draft of one, needs of this host. It returns
// how many things were looked for beside what is missing.
func Examine(p plan.Plan) (findings []Finding, looked int) {
	e := newExaminer(p)
	e.running()
	e.remains()
	for _, s := range p.Steps() {
		e.step = &s
		for _, r := range plan.RequirementsOf(s.Op) {
			looked++
			e.examine(r)
		}
		e.done(s)
	}
	e.leftCgroups()
	return e.findings, looked
}

// examine runs the probe of one requirement.
func (e *examiner) examine(r plan.Requirement) {
	if probe := probeOf(r.Need); probe != nil {
		probe(e, r)
	}
}

type probing func(*examiner, plan.Requirement)

// probeOf finds the probe of a need, nil for none.
func probeOf(need plan.Need) probing {
	for _, row := range probes {
		if row.need == need {
			return row.probe
		}
	}
	return nil
}

// probes is one row a need: a test demands it.
var probes = [...]struct {
	need  plan.Need
	probe probing
}{
	{plan.NeedPath, (*examiner).path},
	{plan.NeedDirectory, (*examiner).directory},
	{plan.NeedCommand, (*examiner).command},
	{plan.NeedProgram, (*examiner).program},
	{plan.NeedLink, (*examiner).link},
	{plan.NeedBridge, (*examiner).bridge},
	{plan.NeedFileSystem, (*examiner).fileSystem},
	{plan.NeedModule, (*examiner).module},
	{plan.NeedKernel, (*examiner).kernel},
	{plan.NeedSysctl, (*examiner).sysctl},
	{plan.NeedTarget, (*examiner).target},
	{plan.NeedInit, (*examiner).init},
	{plan.NeedInside, (*examiner).inside},
	{plan.NeedContainer, (*examiner).container},
	{plan.NeedFreeCgroup, (*examiner).cgroup},
	{plan.NeedFreeImage, (*examiner).image},
}

// examiner is the state of one examination: what the steps so far are known to do.
type examiner struct {
	plan     plan.Plan
	step     *plan.Step
	findings []Finding

	owner  ids        // whose rights the payload has on the host
	rootfs string     // directory of the container's root, empty when it is none
	maker  *plan.Step // runs a command that may make what later steps need
	mounts []mounted  // in the container, in order
	made   map[string]bool
	told   map[string]bool // summaries that were told

	cgroups []leftCgroup
	left    []remains.Thing // of launchers that were killed
}

// mounted is what a step has mounted in the container.
type mounted struct {
	target string
	source string // directory of the host that is seen there, empty for anything else
	empty  bool   // it is a new file system with nothing in it
}

func newExaminer(p plan.Plan) *examiner {
	e := &examiner{plan: p, made: make(map[string]bool), told: make(map[string]bool), owner: ownerOf(p)}
	for _, s := range p.Steps() {
		switch op := s.Op.(type) {
		case plan.Rootfs:
			e.rootfs = op.Source
		case plan.RootfsTree:
			e.rootfs = op.Source
		case plan.HostRoot:
			e.rootfs = "/"
		}
	}
	return e
}

// done records what a step leaves for later ones.
func (e *examiner) done(s plan.Step) {
	switch op := s.Op.(type) {
	case plan.Mount:
		e.mounts = append(e.mounts, mounted{target: op.Target, empty: op.FSType == "tmpfs"})
	case plan.Bind:
		m := mounted{target: op.Target, source: filepath.Join(op.Below, op.Source)}
		if op.InContainer {
			m.source = ""
		}
		e.mounts = append(e.mounts, m)
	case plan.TreeAttach:
		e.mounts = append(e.mounts, mounted{target: op.Target})
	case plan.CgroupBind:
		e.mounts = append(e.mounts, mounted{target: op.Place.Path()})
	case plan.Directory:
		e.made[op.Path] = true
	case plan.Node:
		e.made[op.Path] = true
	}
	for _, r := range plan.RequirementsOf(s.Op) {
		if r.Makes && e.maker == nil {
			e.maker = &s
		}
	}
}

// missing reports that something a step needs is not there: nothing when the step
// lets that pass, no more than a remark when a command may still make it.
func (e *examiner) missing(r plan.Requirement, code, summary, help string) {
	switch {
	case r.Lenient:
	case e.maker != nil && e.maker != e.step:
		e.report(code, Info, summary, "The command run before may make it: "+e.maker.Op.Describe()+".")
	default:
		e.report(code, Error, summary, help)
	}
}

// report records a finding; the same summary is told once.
func (e *examiner) report(code string, severity Severity, summary, help string) {
	if e.told[summary] {
		return
	}
	e.told[summary] = true
	e.findings = append(e.findings, Finding{Code: code, Severity: severity, Step: e.step, Summary: summary, Help: help})
}

// reportf is report with a summary that is put together.
func (e *examiner) reportf(code string, severity Severity, help, format string, args ...any) {
	e.report(code, severity, fmt.Sprintf(format, args...), help)
}
