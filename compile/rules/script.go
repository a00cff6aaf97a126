package rules

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

// scriptRules are about what hooks, and scripts of interfaces, are told: by arguments
// with lxc.hook.version = 0, by variables with 1.
func scriptRules() []Rule {
	return []Rule{
		{
			Code: "hook/no-arguments", Severity: diag.Warning, Effect: diag.SilentlyDifferent, From: keys.V3_0, Host: "scripts",
			Title: "a script that reads arguments which it is not given",
			Doc: "With lxc.hook.version = 1 hooks are told what they are run for by variables, and get no arguments; scripts of interfaces get the type, the link and the host's end of a pair. " +
				"A script that was written for version 0 finds $1 and its like empty. The scripts are read with --host. One that asks for LXC_HOOK_VERSION, or copes with an empty argument, is left alone.",
			Bad:    "lxc.hook.version = 1\nlxc.hook.pre-start = /etc/lxc/count\n-- /etc/lxc/count --\n#!/bin/sh\necho \"$1 starts\" >>/var/log/starts\n",
			Good:   "lxc.hook.version = 1\nlxc.hook.pre-start = /etc/lxc/count\n-- /etc/lxc/count --\n#!/bin/sh\necho \"$LXC_NAME starts\" >>/var/log/starts\n",
			script: scriptArguments,
		},
		{
			Code: "hook/no-variables", Severity: diag.Warning, Effect: diag.SilentlyDifferent, From: keys.V3_0, Host: "scripts",
			Title: "a script or command that reads variables which are not set",
			Doc: "LXC_HOOK_TYPE, LXC_HOOK_SECTION and the LXC_NET variables of scripts of interfaces are set with lxc.hook.version = 1 only. With version 0, which is the default, the same is told by arguments. " +
				"The scripts are read with --host. One that asks for LXC_HOOK_VERSION, or reads arguments too, is left alone.",
			Bad:   "lxc.hook.stop = /etc/lxc/tell\n-- /etc/lxc/tell --\n#!/bin/sh\nlogger \"$LXC_NAME: $LXC_HOOK_TYPE\"\n",
			Good:  "lxc.hook.version = 1\nlxc.hook.stop = /etc/lxc/tell\n-- /etc/lxc/tell --\n#!/bin/sh\nlogger \"$LXC_NAME: $LXC_HOOK_TYPE\"\n",
			check: commandVariables, script: scriptVariables,
		},
	}
}

// ReadScript returns the text of a script of the host, ok false for what is none, is
// too long, or cannot be read.
type ReadScript func(path string) (text string, ok bool)

// CheckScripts runs the rules that look into the scripts of hooks and interfaces.
func CheckScripts(c *config.Config, v keys.Version, read ReadScript) diag.List {
	scripts := readScripts(c, read)
	findings := collecting{config: c}
	for r := range rulesFor(c, v) {
		for _, s := range scripts {
			if r.script != nil {
				r.script(s, findings.of(r))
			}
		}
	}
	return findings.all()
}

// script is one that LXC runs on the host, and what it reads.
type script struct {
	command
	uses    scriptUses
	config  *config.Config
	version uint32 // of lxc.hook.version
}

// scriptUses is what a script reads of what LXC hands it.
type scriptUses struct {
	arguments []scriptUse // $1 and those that follow, where they are the script's own
	all       bool        // it hands on all arguments ($@), or reads some in a function
	variables []scriptUse // that only hooks of version 1 are given
	unsure    bool        // it can do with what it gets, or does what nobody foresees here
}

// scriptUse is one place.
type scriptUse struct {
	name   string // as the script writes it: "$3", "LXC_HOOK_TYPE"
	number int    // of an argument
	line   int
}

// ofVersion1 are the variables that only hooks of version 1 are given; the last three
// only scripts of interfaces.
var ofVersion1 = [...]string{"LXC_HOOK_TYPE", "LXC_HOOK_SECTION", "LXC_NET_TYPE", "LXC_NET_PARENT", "LXC_NET_PEER"}

// readScripts reads the scripts that are run by their name alone, on the host: a start
// hook runs in the container, and arguments of the line's own come before LXC's.
func readScripts(c *config.Config, read ReadScript) []script {
	var scripts []script
	for command := range commands(c) {
		switch command.hook {
		case "start", "clone", "destroy": // the last two are run by other programs, with arguments of theirs
			continue
		}
		if !path.IsAbs(command.text) || strings.ContainsAny(command.text, " \t\"'\\$`;&|<>()*?[]~#") {
			continue
		}
		text, ok := read(command.text)
		if !ok {
			continue
		}
		if uses, ok := usesOf(text); ok && !uses.unsure {
			scripts = append(scripts, script{command, uses, c, c.Hooks.Version.V})
		}
	}
	return scripts
}

// usesOf looks into a script, ok false for a language that nobody knows here.
func usesOf(text string) (uses scriptUses, ok bool) {
	first, _, _ := strings.Cut(text, "\n")
	line, isScript := strings.CutPrefix(first, "#!")
	words := strings.Fields(line)
	if !isScript || len(words) == 0 {
		return uses, false
	}
	interpreter := path.Base(words[0])
	if interpreter == "env" && len(words) > 1 {
		interpreter = words[1]
	}
	switch interpreter {
	case "sh", "bash", "dash", "ash", "ksh", "mksh":
		uses = shellUses(text)
	default:
		dialect, known := dialectOf(interpreter)
		if !known {
			return uses, false
		}
		uses = dialect.uses(text)
	}
	// A script that asks for the version knows both.
	uses.unsure = uses.unsure || strings.Contains(text, "LXC_HOOK_VERSION")
	return uses, true
}

func scriptArguments(s script, report report) {
	if s.version != 1 || len(s.uses.variables) > 0 {
		return
	}
	given := 0
	detail := "The container's name is in LXC_NAME, the section in LXC_HOOK_SECTION, the hook's in LXC_HOOK_TYPE."
	if s.hook == "" {
		given = 3
		detail = "It gives the type of the interface, its link and the host's end of a pair. The container's name is in LXC_NAME, up or down in LXC_HOOK_TYPE."
	}
	for _, use := range s.uses.arguments {
		if use.number > given {
			report(s.at, fmt.Sprintf("line %d of %s reads %s, which scripts are not given with lxc.hook.version = 1", use.line, s.text, use.name),
				detail+" Read those, or remove lxc.hook.version.", versionLine(s.config)...)
			return
		}
	}
}

func scriptVariables(s script, report report) {
	if s.version != 0 || s.uses.all || len(s.uses.arguments) > 0 || len(s.uses.variables) == 0 {
		return
	}
	use := s.uses.variables[0]
	detail := "The hook gets the container's name, the section and its type as arguments. Write `lxc.hook.version = 1`, when that suits the other hooks."
	if s.hook == "" {
		detail = "The script gets the container's name, the section, up or down, the type, and the link as arguments. Write `lxc.hook.version = 1`, when that suits the other scripts."
	}
	report(s.at, fmt.Sprintf("line %d of %s reads %s, which is set with lxc.hook.version = 1 only", use.line, s.text, use.name), detail, versionLine(s.config)...)
}

// commandVariables is about a command that names such a variable itself.
func commandVariables(c *config.Config, report report) {
	if c.Hooks.Version.V != 0 {
		return
	}
	for command := range commands(c) {
		if strings.Contains(command.text, "LXC_HOOK_VERSION") || command.hook == "start" {
			continue
		}
		for _, name := range ofVersion1 {
			if strings.Contains(command.text, "$"+name) || strings.Contains(command.text, "${"+name+"}") {
				report(command.at, fmt.Sprintf("%s is set with lxc.hook.version = 1 only", name),
					"LXC writes the container's name, the section and the hook's type behind the command.", versionLine(c)...)
				break
			}
		}
	}
}

// versionLine is the line that says how hooks are told what they are run for, if there
// is one.
func versionLine(c *config.Config) []diag.Related {
	if v := c.Hooks.Version; v.Set {
		return []diag.Related{{Range: v.Origin.Range(), Summary: "the version of hooks is set here"}}
	}
	return nil
}
