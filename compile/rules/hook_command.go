package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// hookCommandRules are about the commands of hooks, and of scripts of interfaces. LXC
// has them executed by `sh -c "exec COMMAND NAME …"`.
func hookCommandRules() []Rule {
	return []Rule{
		{
			Code: "hook/after-exec", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a second command in a hook, which never runs",
			Doc: "LXC has the shell execute the first command in its own place (`exec`), so that nobody is left to run what stands behind `;`, `&&` or `||`. " +
				"A hook that ends in `|| true` still ends the launch when it fails.",
			Bad:   "lxc.hook.pre-start = /etc/lxc/mount-disk || true\n",
			Good:  "lxc.hook.pre-start = /etc/lxc/mount-disk\n",
			check: eachCommand(hookAfterExec),
		},
		{
			Code: "hook/background", Severity: diag.Error, Effect: diag.FailsAtStart, Or: []diag.Verdict{diag.Differing},
			Title: "a hook in the background",
			Doc:   "Behind the command LXC writes the container's name and other arguments. When the command ends in &, the shell takes the name for the next command, finds none, and the launch fails. Hooks that run at the container's end fail without a consequence.",
			Bad:   "lxc.hook.pre-start = /etc/lxc/watch &\n",
			Good:  "lxc.hook.pre-start = /etc/lxc/watch\n",
			check: eachCommand(hookBackground),
		},
		{
			Code: "hook/no-program", Severity: diag.Error, Effect: diag.FailsAtStart, Or: []diag.Verdict{diag.Differing},
			Title: "a hook that begins with a word of the shell's",
			Doc:   "LXC puts exec before the command, which takes a program: an assignment of a variable, cd, if and other words of the shell are none, and the launch fails. `sh -c '…'` is a program. Hooks that run at the container's end fail without a consequence.",
			Bad:   "lxc.hook.pre-start = DEBUG=1 /etc/lxc/mount-disk\n",
			Good:  "lxc.hook.pre-start = env DEBUG=1 /etc/lxc/mount-disk\n",
			check: eachCommand(hookNoProgram),
		},
		{
			Code: "hook/relative", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a hook that is looked for where LXC happens to run",
			Doc:   "A path without a slash before it begins at the directory that LXC runs in, which is / for a daemon and another one for a service.",
			Bad:   "lxc.hook.pre-start = hooks/mount-disk\n",
			Good:  "lxc.hook.pre-start = /etc/lxc/hooks/mount-disk\n",
			check: eachCommand(hookRelative),
		},
	}
}

// command is one that LXC has a shell execute.
type command struct {
	hook string // "pre-start"; empty for an interface's
	text string
	at   config.Origin
	late bool // it runs when the launch is over: nothing depends on how it ends
}

// commands are those of hooks, by the names of the hooks, and of interfaces.
func commands(c *config.Config) iter.Seq[command] {
	return func(yield func(command) bool) {
		for _, name := range sortedNames(c.Hooks.Commands) {
			late := slices.Contains([]string{"stop", "post-stop", "clone", "destroy"}, name)
			for _, v := range c.Hooks.Commands[name] {
				if !yield(command{name, v.V, v.Origin, late}) {
					return
				}
			}
		}
		for i := range c.Network.NICs {
			n := &c.Network.NICs[i]
			if n.ScriptUp.V != "" && !yield(command{"", n.ScriptUp.V, n.ScriptUp.Origin, false}) {
				return
			}
			if n.ScriptDown.V != "" && !yield(command{"", n.ScriptDown.V, n.ScriptDown.Origin, true}) {
				return
			}
		}
	}
}

// sortedNames are the keys of a map in their order, so that its entries are gone
// through in the same one each time.
func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// eachCommand is a check of each command by itself.
func eachCommand(check func(command, report)) func(*config.Config, report) {
	return func(c *config.Config, report report) {
		for command := range commands(c) {
			check(command, report)
		}
	}
}

// operator finds what ends the first command for a shell: ";", "&&", "||" or "&", empty
// for none. It gives up at a command in a command.
func (c command) operator() string {
	var quote byte
	s := c.text
	for i := 0; i < len(s); i++ {
		ch := s[i]
		switch {
		case quote == '\'' && ch != quote:
		case ch == '\\':
			i++
		case ch == '`' || strings.HasPrefix(s[i:], "$("):
			return ""
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		case ch == '#' && (i == 0 || s[i-1] == ' ' || s[i-1] == '\t'):
			return ""
		case ch == ';':
			return ";"
		case strings.HasPrefix(s[i:], "&&") || strings.HasPrefix(s[i:], "||"):
			return s[i : i+2]
		case ch == '|':
			return "" // the last command of a pipe gets the arguments
		case ch == '&' && !(i > 0 && (s[i-1] == '>' || s[i-1] == '<')) && !strings.HasPrefix(s[i+1:], ">"):
			return "&"
		}
	}
	return ""
}

// shellWords are words that a shell knows and no program is called.
var shellWords = []string{".", ":", "[[", "alias", "case", "cd", "eval", "exec", "exit", "export", "for", "function", "if", "local", "read", "return", "set", "shift", "source",
	"trap", "ulimit", "umask", "unset", "until", "wait", "while", "{"}

// shellWord is the first word when it is one of the shell's and no program, empty
// otherwise.
func (c command) shellWord() string {
	word, _, _ := strings.Cut(strings.TrimLeft(c.text, " \t"), " ")
	word = strings.TrimRight(word, ";")
	name, _, assigns := strings.Cut(word, "=")
	isName := name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == ""
	if slices.Contains(shellWords, word) || strings.HasPrefix(word, "(") || assigns && isName {
		return word
	}
	return ""
}

func hookAfterExec(c command, report report) {
	switch operator := c.operator(); {
	case operator == "" || operator == "&" || c.shellWord() != "":
	case operator == "||":
		report(c.at, "what stands behind || never runs: a command that fails ends the launch", "Put both commands into a script, or write `sh -c '… || true'`.")
	default:
		report(c.at, fmt.Sprintf("what stands behind %s never runs: LXC has the shell execute the first command in its place", operator),
			"Put the commands into a script, or write each into a line of its own.")
	}
}

func hookBackground(c command, report report) {
	if c.operator() == "&" && c.shellWord() == "" {
		verdict(report(c.at, "behind & the shell takes the container's name for a command", "Start the program in the background in a script."), c)
	}
}

func hookNoProgram(c command, report report) {
	if word := c.shellWord(); word != "" {
		detail := "Put the commands into a script, or write `sh -c '…'`."
		if strings.Contains(word, "=") {
			detail = "Write env before it."
		}
		verdict(report(c.at, fmt.Sprintf("%q is no program that exec finds", word), detail), c)
	}
}

// verdict makes a finding about a command that runs at the end a warning.
func verdict(f *finding, c command) {
	if c.late {
		f.as(diag.Warning, diag.SilentlyDifferent)
	}
}

func hookRelative(c command, report report) {
	word, _, _ := strings.Cut(strings.TrimLeft(c.text, " \t"), " ")
	if c.shellWord() == "" && strings.Contains(word, "/") && !strings.HasPrefix(word, "/") && !strings.ContainsAny(word, `"'$=~`+"`") {
		report(c.at, fmt.Sprintf("where %q is depends on the directory that LXC runs in", word), "Write the path from / on.")
	}
}
