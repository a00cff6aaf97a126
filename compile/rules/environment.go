package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// environmentRules are about lxc.environment.
func environmentRules() []Rule {
	return []Rule{
		{
			Code: "environment/quotes", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "quotes that become part of a variable",
			Doc:   "LXC takes quotes away around a whole value only. Around what stands behind the variable's equals sign they are part of it.",
			Bad:   "lxc.environment = GREETING=\"good morning\"\n",
			Good:  "lxc.environment = GREETING=good morning\n",
			check: environmentQuotes,
		},
		{
			Code: "environment/not-expanded", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a variable in the value of a variable",
			Doc:   "No shell reads the line: the container gets the dollar sign and the name as they stand.",
			Bad:   "lxc.environment = PATH=$PATH:/opt/bin\n",
			Good:  "lxc.environment = PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin\n",
			check: environmentNotExpanded,
		},
	}
}

// variables are the settings of the container's environment.
func variables(c *config.Config) iter.Seq[config.Value[string]] {
	return slices.Values(slices.Concat(c.Env.Both, c.Env.Runtime, c.Env.Hooks))
}

func environmentQuotes(c *config.Config, report report) {
	for v := range variables(c) {
		name, value, _ := strings.Cut(v.V, "=")
		if len(value) < 2 || value[0] != '"' && value[0] != '\'' || value[len(value)-1] != value[0] {
			continue
		}
		plain := name + "=" + value[1:len(value)-1]
		report(v.Origin, fmt.Sprintf("the quotes are part of the variable %s", name), "Write the value without quotes: blanks in it stay.").replace(false, plain)
	}
}

func environmentNotExpanded(c *config.Config, report report) {
	for v := range variables(c) {
		name, value, _ := strings.Cut(v.V, "=")
		if used := variableIn(value); used != "" {
			report(v.Origin, fmt.Sprintf("LXC puts no value in the place of %s: %s holds the text as it stands", used, name), "Write the value in full.")
		}
	}
}

// variableIn is the first variable that a shell would find in a text, empty for none:
// $NAME and ${NAME}.
func variableIn(text string) string {
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 {
			return ""
		}
		text = text[at:]
		name := strings.TrimPrefix(text[1:], "{")
		n := 0
		for n < len(name) && (name[n] == '_' || name[n] >= 'A' && name[n] <= 'Z' || name[n] >= 'a' && name[n] <= 'z' || n > 0 && name[n] >= '0' && name[n] <= '9') {
			n++
		}
		switch braced := len(name) < len(text)-1; {
		case n > 0 && !braced:
			return text[:n+1]
		case n > 0 && strings.HasPrefix(name[n:], "}"):
			return text[:n+3]
		}
		text = text[1:]
	}
}
