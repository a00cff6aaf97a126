package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/source"
)

// host is what plans are made for: this machine and who uses it, or the host whose
// facts a file holds.
type host struct {
	file    string // of the facts, empty for this machine
	lxcPath string // the directory of its containers
	facts   func() (plan.Facts, error)
}

// factsOption is how a command is told of another host.
func factsOption(file *string) option {
	return option{"facts", "", "FILE", "plan for the host whose facts `lxcfg facts -o` has stored, not for this one", text(file)}
}

// openHost begins to look at this machine, which goes on while configurations are
// read, or reads a file of facts.
func (a *app) openHost(file string) (*host, error) {
	if file == "" {
		return thisHost(), nil
	}
	data, err := a.readConfig(file)
	if err != nil {
		return nil, err
	}
	facts, err := plan.ReadFacts([]byte(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &host{file: file, lxcPath: facts.LXC.LXCPath, facts: func() (plan.Facts, error) { return facts, nil }}, nil
}

// thisHost looks at this machine.
func thisHost() *host {
	type result struct {
		facts plan.Facts
		err   error
	}
	conf := systemConf()
	done := make(chan result, 1)
	go func() {
		facts, err := probeHost()
		facts.LXC = conf
		done <- result{facts, err}
	}()
	return &host{lxcPath: conf.LXCPath, facts: func() (plan.Facts, error) {
		r := <-done
		done <- r
		return r.facts, r.err
	}}
}

// factsFor returns the facts that a plan with certain needs rests on.
func (h *host) factsFor(n plan.Needs) (plan.Facts, error) {
	facts, err := h.facts()
	if err != nil {
		return facts, err
	}
	if h.file == "" {
		probeNeeds(&facts, n)
		return facts, nil
	}
	facts, lacks := facts.Select(n)
	if len(lacks) > 0 {
		return facts, fmt.Errorf("%s says nothing of the %s: write it again on that host with `lxcfg facts -o FILE CONFIG`, which looks at what the configuration names",
			h.file, strings.Join(lacks, " and "))
	}
	return facts, nil
}

// systemConf is what LXC is configured to for the caller: by /etc/lxc/lxc.conf for
// root, by a file below the home for others.
func systemConf() plan.SystemConf {
	conf, lxcPath := "/etc/lxc/lxc.conf", "/var/lib/lxc"
	if os.Geteuid() != 0 {
		home := cmp.Or(os.Getenv("HOME"), "/")
		conf, lxcPath = filepath.Join(home, ".config/lxc/lxc.conf"), filepath.Join(home, ".local/share/lxc")
	}
	text, err := hostFiles{}.ReadFile(conf)
	if err != nil {
		text = "" // LXC goes on without the file as well
	}
	return compile.SystemConf(source.File{Name: conf, Text: text}, lxcPath)
}
