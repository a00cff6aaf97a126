package main

import (
	"lxcfg/compile/plan"
)

func factsCommand() command {
	return command{
		name: "facts", usage: "[-o FILE] [" + sourceUsage + "]", summary: "print what a plan assumes of this host", run: runFacts,
		detail: "Plans for this host and this user can then be made elsewhere: `lxcfg plan --facts FILE`. The network links of the host are among " +
			"the facts; with a container or a configuration, those links and devices that it names, whether they are there or not. " +
			"Nothing but the kernel's files, /etc/subuid, /etc/subgid, lxc.conf and LXC's library is read.",
	}
}

func runFacts(a *app, c command, args []string) int {
	var o common
	var t target
	var file string
	opts := append(append(t.options(), o.inputOptions()...), outputOption(&file, "write the facts to a file"))
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	words = append(words, rest...)
	here := thisHost()
	named := len(words) > 0 || t.name != "" || t.file != ""
	if err == nil && named {
		err = t.resolve(words, here.lxcPath)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	if err := a.writeFacts(here, t, o, named, file); err != nil {
		a.error(err)
		return exitUsage
	}
	return exitOK
}

// writeFacts prints or stores the facts, with those that a configuration names.
func (a *app) writeFacts(here *host, t target, o common, named bool, file string) error {
	links := allLinks()
	needs := plan.Needs{Links: links, Gateways: links}
	if named {
		l, err := a.load(t, o)
		if err != nil {
			return err
		}
		needs = l.Needs()
	}
	needs.LXCBuild = true
	facts, err := here.factsFor(needs)
	if err != nil {
		return err
	}
	data, err := facts.JSON()
	if err != nil {
		return err
	}
	return a.output(file, data)
}
