package rules_test

import (
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// The two codes, short.
const (
	noArguments = "hook/no-arguments"
	noVariables = "hook/no-variables"
)

// scriptFindings are what is said of a configuration whose hooks are all one script.
func scriptFindings(config, script string) diag.List {
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: config}})
	return rules.CheckScripts(l.Config, l.Version, func(string) (string, bool) { return script, true })
}

// A script that can do with what it gets, or that is not understood, has no finding.
func TestScripts(t *testing.T) {
	const (
		hook0 = "lxc.hook.pre-start = /etc/lxc/hook\n"
		hook1 = "lxc.hook.version = 1\n" + hook0
		net0  = "lxc.net.0.type = veth\nlxc.net.0.script.up = /etc/lxc/up\n"
		net1  = "lxc.hook.version = 1\n" + net0
		sh    = "#!/bin/sh\n"
	)
	for _, test := range []struct {
		name, config, script string
		want                 string // code and line; empty for none
	}{
		{"argument", hook1, sh + "set -eu\necho $1\n", noArguments + ":3"},
		{"argument in braces and quotes", hook1, "#!/usr/bin/env bash\nlogger \"${3} of ${1}\"\n", noArguments + ":2"},
		{"argument in a substitution in quotes", hook1, sh + "x=\"$(basename \"$1\")\"\n", noArguments + ":2"},
		{"argument in backquotes", hook1, sh + "x=`basename $1`\n", noArguments + ":2"},
		{"argument of a case", hook1, sh + "case $3 in\nstart) echo yes;;\nesac\n", noArguments + ":2"},
		{"argument in a loop behind a function", hook1, sh + "log() {\n\techo \"$1\"\n}\nfor x in a; do log $2; done\n", noArguments + ":5"},
		{"version 0 gives it", hook0, sh + "echo $1\n", ""},
		{"asks for the version", hook1, sh + "[ \"$LXC_HOOK_VERSION\" = 1 ] || echo $1\n", ""},
		{"reads the variable too", hook1, sh + "echo $LXC_HOOK_TYPE $1\n", ""},
		{"has a default", hook1, sh + "name=${1:-$LXC_NAME}\n", ""},
		{"asks for an empty one", hook1, sh + "if [ -n \"$1\" ]; then name=$1; fi\n", ""},
		{"asks for an empty one in other words", hook1, sh + "[ \"${1}\" = \"\" ] || name=$1\n", ""},
		{"compares it", hook1, sh + "[ \"$1\" = web ] || exit 0\n", noArguments + ":2"},
		{"counts its arguments", hook1, sh + "[ $# -gt 0 ] && echo $1\n", ""},
		{"sets its arguments", hook1, sh + "set -- a b\necho $1\n", ""},
		{"of a function", hook1, sh + "log() { echo \"$1\"; }\nlog hello\n", ""},
		{"of a function with braces inside", hook1, sh + "log() {\n\t{ echo a; } >&2\n\techo \"$1\"\n}\nlog hello\n", ""},
		{"of a function in bash", hook1, "#!/bin/bash\nfunction log {\n\techo $1\n}\nlog hello\n", ""},
		{"of a function that is no group", hook1, sh + "log() (\n\techo $1\n)\nlog hello\n", ""},
		{"hands all to a function", hook1, sh + "main() { echo $1; }\nmain \"$@\"\n", ""},
		{"awk", hook1, sh + "ip a | awk '{print $1}'\nx=\"$(df | awk '{print $2}')\"\n", ""},
		{"escaped", hook1, sh + "echo \\$1 \"\\$2\"\n", ""},
		{"in a comment", hook1, sh + "# $1 is the name\ntrue # $2 as well\n", ""},
		{"number sign in a word", hook1, sh + "echo a#$1\n", noArguments + ":2"},
		{"here-document", hook1, sh + "cat >/tmp/x <<'EOF'\necho $1\nEOF\ncat <<-EOF\n\t$2\n\tEOF\n", ""},
		{"behind a here-document", hook1, sh + "cat <<EOF\nit's\nEOF\necho $1\n", noArguments + ":5"},
		{"reads another script", hook1, sh + ". /etc/lxc/common\necho $1\n", ""},
		{"evaluates", hook1, sh + "eval \"x=$1\"\n", ""},
		{"quote without an end", hook1, sh + "echo 'it\necho $1\n", ""},
		{"arguments of the line's own", "lxc.hook.version = 1\nlxc.hook.pre-start = /etc/lxc/hook a\n", sh + "echo $1\n", ""},
		{"a start hook", "lxc.hook.version = 1\nlxc.hook.start = /hook\n", sh + "echo $1\n", ""},
		{"another language", hook1, "#!/usr/bin/lua\nprint(arg[1], '$1')\n", ""},
		{"no script", hook1, "\x7fELF $1", ""},
		{"a script of an interface gets three", net1, sh + "echo $1 $2 $3\n", ""},
		{"a script of an interface reads five", net1, sh + "brctl addif \"$5\" \"$6\"\n", noArguments + ":2"},
		{"python", hook1, "#!/usr/bin/python3\nimport sys\nname = sys.argv[1]\n", noArguments + ":3"},
		{"python that counts", hook1, "#!/usr/bin/python3\nimport sys\nif len(sys.argv) > 1:\n    name = sys.argv[1]\n", ""},
		{"perl", hook1, "#!/usr/bin/perl -w\nprint $ARGV[0];\n", noArguments + ":2"},

		{"variable", hook0, sh + "echo $LXC_NAME\n[ \"$LXC_HOOK_TYPE\" = pre-start ]\n", noVariables + ":3"},
		{"variable in a function", hook0, sh + "f() {\n\techo ${LXC_HOOK_SECTION}\n}\nf\n", noVariables + ":3"},
		{"version 1 sets it", hook1, sh + "echo $LXC_HOOK_TYPE\n", ""},
		{"variable with a default", hook0, sh + "type=${LXC_HOOK_TYPE:-$3}\n", ""},
		{"variable of its own", hook0, sh + "LXC_HOOK_TYPE=start\necho $LXC_HOOK_TYPE\n", ""},
		{"variable and argument", hook0, sh + "echo $LXC_HOOK_TYPE $3\n", ""},
		{"variable in a comment", hook0, sh + "# $LXC_HOOK_TYPE\n", ""},
		{"variable of an interface", net0, sh + "ip link show \"$LXC_NET_PEER\"\n", noVariables + ":2"},
		{"variable in python", hook0, "#!/usr/bin/env python3\nimport os\nprint(os.environ['LXC_HOOK_TYPE'])\n", noVariables + ":3"},
		{"variable in python, careful", hook0, "#!/usr/bin/env python3\nimport os\nprint(os.environ.get('LXC_HOOK_TYPE'))\n", ""},
		{"variable in perl", hook0, "#!/usr/bin/perl\nprint $ENV{LXC_HOOK_TYPE};\n", noVariables + ":2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := scriptFindings(test.config, test.script)
			code, line, _ := strings.Cut(test.want, ":")
			switch {
			case test.want == "" && len(list) == 0:
			case len(list) != 1 || list[0].Code != code || !strings.HasPrefix(list[0].Summary, "line "+line+" of "):
				t.Errorf("want %q, found %v", test.want, list)
			}
		})
	}
}

// A command may name such a variable itself.
func TestCommandVariables(t *testing.T) {
	for config, want := range map[string]bool{
		"lxc.hook.post-stop = logger $LXC_HOOK_TYPE\n":                           true,
		"lxc.hook.version = 1\nlxc.hook.post-stop = logger $LXC_HOOK_TYPE\n":     false,
		"lxc.hook.post-stop = logger ${LXC_HOOK_TYPE:-stopped}\n":                false,
		"lxc.hook.post-stop = logger $LXC_NAME $LXC_HOOK_VERSION\n":              false,
		"lxc.net.0.type = empty\nlxc.net.0.script.up = logger ${LXC_NET_TYPE}\n": true,
	} {
		l := compile.Load(compile.Request{File: source.File{Name: "config", Text: config}})
		found := false
		for _, f := range l.Findings {
			found = found || f.Code == noVariables
		}
		if found != want {
			t.Errorf("%q: found %v: %v", config, found, l.Findings)
		}
	}
}

// FuzzScripts holds that no script is too much for the rules that read it.
func FuzzScripts(f *testing.F) {
	for _, seed := range []string{"f() { echo $1; }", "x=\"$(a \"$1\" `b`)\"", "cat <<A <<-B\n1\nA\n2\nB\n", "${1:-${2}}", "set -- \"$@\"", "$(", "`\"", "{ } }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, first := range []string{"#!/bin/sh\n", "#!/usr/bin/python3\n", "#!/usr/bin/perl\n", ""} {
			for _, version := range []string{"0", "1"} {
				for _, d := range scriptFindings("lxc.hook.version = "+version+"\nlxc.hook.stop = /hook\n", first+text) {
					if d.Subject.Start.Line != 2 {
						t.Errorf("the finding is at line %d", d.Subject.Start.Line)
					}
				}
			}
		}
	})
}
