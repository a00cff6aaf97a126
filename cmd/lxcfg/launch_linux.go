//go:build !elsewhere

package main

import (
	"errors"
	"os"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/launch"
	"lxcfg/launch/doctor"
	"lxcfg/launch/payload"
	"lxcfg/launch/probe"
)

// probeHost looks at this machine.
func probeHost() (plan.Facts, error) { return probe.Host(), nil }

// probeNeeds looks at the parts of this machine that a configuration names.
func probeNeeds(f *plan.Facts, n plan.Needs) { probe.Add(f, n) }

// allLinks lists the network links of this machine.
func allLinks() []string { return probe.Links() }

// systemCalls are the calls of the container's side by the step they belong to.
func systemCalls(p plan.Plan) (map[string][]string, error) {
	prog, err := payload.Lower(p)
	if err != nil {
		return nil, err
	}
	calls := make(map[string][]string)
	for _, line := range prog.Lines() {
		calls[line.Step] = append(calls[line.Step], line.Text)
	}
	return calls, nil
}

// examineHost looks for what the steps of a plan need of this machine, and counts
// what it looked for.
func examineHost(p plan.Plan) (lacks []lack, looked int) {
	findings, looked := doctor.Examine(p)
	for _, f := range findings {
		severity := map[doctor.Severity]diag.Severity{doctor.Info: diag.Info, doctor.Warning: diag.Warning, doctor.Error: diag.Error}[f.Severity]
		lacks = append(lacks, lack{f.Code, severity, f.Step, f.Summary, f.Help})
	}
	return lacks, looked
}

// run executes a plan and returns how init ended. The container's console is
// connected to stdin and standard output.
func (a *app) run(p plan.Plan, stdin *os.File, lo launchOptions) (status int, err error) {
	result, err := launch.Start(p, launch.Options{Stdin: stdin, Stdout: a.stdout, Fault: lo.fault})
	return result.Status.ExitStatus(), errors.Join(err, a.writeReport(result.Report.WriteJSON, lo.report))
}
