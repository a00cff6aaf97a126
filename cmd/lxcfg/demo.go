package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// The demo's two configurations: what somebody wrote, and what was meant.
var (
	//go:embed demo/flawed.conf
	flawedConf string
	//go:embed demo/mended.conf
	mendedConf string
)

// insideArg makes lxcfg the demo's init: see demo_inside.go.
const insideArg = "demo-inside"

func demoCommand() command {
	return command{
		name: "demo", usage: "[OPTION]…", summary: "a tour: findings, a plan and a real container", run: runDemo,
		detail: "It needs no LXC, no root file system and no network, and works for root and for ordinary users. " +
			"The container's root holds one program, lxcfg itself, which shows what a process sees inside.",
	}
}

func runDemo(a *app, c command, args []string) int {
	var o common
	opts := o.options()
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, _, err := opts.parse(args)
	if err == nil && len(words) > 0 {
		err = errors.New("the command takes no words")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	status, err := a.demo(o)
	if err != nil {
		a.errorWithHint(err.Error(), demoHint(err))
		return exitLaunch
	}
	return status
}

// demo is the tour.
func (a *app) demo(o common) (int, error) {
	root, err := demoRootfs()
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(root)

	a.heading("1. A configuration with mistakes", "lxcfg lint flawed.conf")
	flawed := compile.Load(compile.Request{File: source.File{Name: "flawed.conf", Text: flawedConf}, Files: hostFiles{}})
	if err := a.printFindings(a.stdout, flawed.Findings, o, flawed.Text); err != nil {
		return 0, err
	}

	a.heading("2. What was meant, and the launch it becomes", "lxcfg plan mended.conf")
	facts, err := thisHost().factsFor(plan.Needs{})
	if err != nil {
		return 0, err
	}
	text := demoConfig(root, facts.Caller)
	for line := range strings.Lines(text) {
		fmt.Fprintf(a.stdout, "   %s", line)
	}
	mended := compile.Load(compile.Request{File: source.File{Name: "mended.conf", Text: text}, Files: hostFiles{}, LookupEnv: os.LookupEnv})
	p, findings := compile.Compile(mended, compile.Options{Name: "demo", LXCPath: filepath.Dir(root)}, facts)
	findings = append(launchFindings(mended), findings...)
	if findings.Has(diag.Error) {
		if err := a.printFindings(a.stderr, findings, o, mended.Text); err != nil {
			return 0, err
		}
		return exitLaunch, nil
	}
	view := planView{paint: paint(o.colored(a.stdout)), width: terminalWidth(a.stdout), brief: true}
	if err := view.print(a.stdout, p); err != nil {
		return 0, err
	}

	a.heading("3. The container, seen from inside", "lxcfg start -F demo -f mended.conf")
	status := a.run(p, nil, launchOptions{})
	if status == exitLaunch {
		return status, nil
	}
	fmt.Fprintf(a.stdout, "\nInit ended with status %d. Of the container nothing is left: no mount, no cgroup, no process.\n", status)
	fmt.Fprintf(a.stdout, "Next: `lxcfg lint /var/lib/lxc`, `lxcfg plan NAME`, `lxcfg help`.\n")
	return status, nil
}

func (a *app) heading(title, command string) {
	fmt.Fprintf(a.stdout, "\n── %s ── %s\n\n", title, command)
}

// demoConfig fills in what depends on the machine: where the rootfs is, and the
// map that lets an ordinary user be the container's root.
func demoConfig(root string, caller plan.CallerFacts) string {
	text := strings.ReplaceAll(mendedConf, "ROOTFS", root)
	if caller.Root() {
		return text
	}
	return text + fmt.Sprintf("\n# an ordinary user may map itself\nlxc.idmap = u 0 %d 1\nlxc.idmap = g 0 %d 1\n", caller.UID, caller.GID)
}

// demoRootfs makes a root file system whose only program is this one.
func demoRootfs() (root string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find lxcfg itself: %w", err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		return "", err
	}
	if root, err = os.MkdirTemp("", "lxcfg-demo-"); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(root)
		}
	}()
	// MkdirTemp makes directories for the caller only; the container's root may
	// be another user.
	if err := os.Chmod(root, 0o755); err != nil {
		return "", err
	}
	for _, dir := range []string{"dev", "proc", "sys", "sbin"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			return "", err
		}
	}
	return root, os.WriteFile(filepath.Join(root, "sbin/init"), program, 0o755)
}

// demoHint says what an ordinary user can do when the kernel says no.
func demoHint(err error) string {
	if os.Geteuid() == 0 {
		return "The container needs the capabilities of root; this root seems to lack some."
	}
	return "This host may forbid user namespaces to ordinary users: see the sysctls kernel.unprivileged_userns_clone, " +
		"kernel.apparmor_restrict_unprivileged_userns and user.max_user_namespaces. As root the demo needs none of them."
}
