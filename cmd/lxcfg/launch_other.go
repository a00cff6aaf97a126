//go:build !linux || elsewhere

package main

import (
	"errors"
	"os"

	"lxcfg/compile"
	"lxcfg/compile/plan"
)

// Containers are a thing of Linux. Everywhere else configurations are checked,
// and planned for a Linux host whose facts a file holds.

// errOtherSystem says why there is no plan without --facts.
var errOtherSystem = errors.New("a plan is made for a Linux host, and this is none: give the facts of one with --facts FILE; `lxcfg facts -o FILE` writes them there")

// probeHost finds no host that could run containers.
func probeHost() (plan.Facts, error) { return plan.Facts{}, errOtherSystem }

// probeNeeds has nothing to look at.
func probeNeeds(*plan.Facts, plan.Needs) {}

// allLinks has nothing to look at.
func allLinks() []string { return nil }

// systemCalls cannot tell numbers and structures of another system's kernel.
func systemCalls(plan.Plan) (map[string][]string, error) {
	return nil, errors.New("--syscalls lists calls of the Linux kernel, which lxcfg knows on Linux only")
}

// examineHost has no host to look at.
func examineHost(plan.Plan) (lacks []lack, looked int) { return nil, 0 }

// listening finds no systemd.
func (a *app) listening(target) compile.Listen { return compile.Listen{} }

// background is nothing here.
type background struct{}

// arrive leaves the arguments alone.
func (a *app) arrive(args []string) ([]string, error) { return args, nil }

// toBackground lets the launch refuse.
func (a *app) toBackground(string, string, []string) int {
	return a.run(plan.Plan{}, nil, launchOptions{})
}

// clearRemains has nothing to look at: nothing was launched here.
func (a *app) clearRemains(string, string) bool { return true }

// run refuses: there is no kernel for it here.
func (a *app) run(plan.Plan, *os.File, launchOptions) int {
	a.error(errors.New("containers can be launched on Linux only; everything else works here"))
	return exitLaunch
}
