package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile/keys"
)

// personality is a program of LXC that lxcfg stands in for when it is called by its
// name: its options, the places of its output, and its exit statuses. What is said, and
// how the container is started, is lxcfg's. docs/replace-lxc-start.md is about it.
type personality struct {
	program string       // "lxc-start"
	execute bool         // it runs a command below a minimal init
	version keys.Version // the LXC whose manners it has
	stated  bool         // somebody has named the version
}

// personalities are the programs.
func personalities() []personality {
	return []personality{{program: "lxc-start", version: keys.Newest}, {program: "lxc-execute", execute: true, version: keys.Newest}}
}

// versionVariable has a personality behave as an older LXC did where those differ. So
// does a name with the version behind it, lxc-start-1.0, and the option --lxc-version.
const versionVariable = "LXCFG_LXC_VERSION"

// personalityOf finds the program that lxcfg was called as.
func personalityOf(argv0 string) (personality, bool) {
	name := filepath.Base(argv0)
	for _, p := range personalities() {
		if name == p.program {
			return p, true
		}
		if version, ok := strings.CutPrefix(name, p.program+"-"); ok {
			if v, known := keys.ParseVersion(version); known {
				p.version, p.stated = v, true
				return p, true
			}
		}
	}
	return personality{}, false
}

// versionOption is the one option that LXC's programs do not have.
const versionOption = "lxc-version"

// byEnvironment takes the version of the environment, when there is one.
func (p *personality) byEnvironment() error {
	word := os.Getenv(versionVariable)
	if word == "" || p.stated {
		return nil
	}
	v, ok := keys.ParseVersion(word)
	if !ok {
		return fmt.Errorf("%s=%s names no version of LXC; there are %v", versionVariable, word, keys.Versions())
	}
	p.version, p.stated = v, true
	return nil
}

// manners are the ways in which LXC's programs changed with its versions.
type manners struct {
	foreground bool // a container is started in the foreground unless told otherwise
	wordIsName bool // the first word is the name when no option gives it
	volatile   bool // a command is run without a configuration, with the host's files
	initStatus bool // what init ends with is the exit status, -1 is that of a failure, and a daemon never fails
	pidLine    bool // the pidfile has a line feed
	oldLog     bool // the log has seconds since 1970, and no names
}

func (p personality) manners() manners {
	return manners{
		foreground: p.execute || p.version < keys.V1_1,
		wordIsName: p.version >= keys.V3_0,
		volatile:   p.version < keys.V3_0,
		initStatus: p.version < keys.V3_0,
		pidLine:    p.version <= keys.V3_0,
		oldLog:     p.version < keys.V2_0,
	}
}

// personalityCommand is the program as a command of lxcfg: `lxcfg lxc-start …`.
func personalityCommand(p personality) command {
	what := "start a container as lxc-start does: its options and exit statuses"
	if p.execute {
		what = "run a command in a container as lxc-execute does: its options and exit statuses"
	}
	return command{
		name: p.program, usage: p.usage(), summary: what,
		detail: "lxcfg does the same when it is called " + p.program + ", by a link of that name. " + docsReplace + " tells how to put it in front of an installed LXC. " +
			"With --lxc-version, with " + versionVariable + " in the environment or called " + p.program + "-1.0 it has the manners of an older LXC where they differ.",
		run: func(a *app, _ command, args []string) int {
			if a.describe != nil {
				a.describe(p.options(&request{}))
				return exitOK
			}
			return a.personality(p, args)
		},
	}
}

const docsReplace = "docs/replace-lxc-start.md"

// usage is how the program is called, behind its name.
func (p personality) usage() string {
	switch {
	case !p.manners().wordIsName:
		return "--name=NAME [OPTION]… [-- COMMAND…]"
	default:
		return "[--name=]NAME [OPTION]… [-- COMMAND…]"
	}
}
