package rules

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// hostnameRules are about lxc.uts.name.
func hostnameRules() []Rule {
	return []Rule{{
		Code: "uts/name", Severity: diag.Warning, Effect: diag.Advice,
		Title: "a host name that is none",
		Doc:   "The kernel takes any text for a host name. By hostname(7) it has letters, digits and hyphens, with dots between: resolvers, mail servers and the shell's prompt go wrong with others.",
		Bad:   "lxc.uts.name = my web/server\n",
		Good:  "lxc.uts.name = my-web-server\n",
		check: hostname,
	}}
}

// hostname leaves underscores alone: they are in names that work, though not by the
// standard.
func hostname(c *config.Config, report report) {
	const mostOfALabel = 63
	name := c.UTS.Name
	if strings.Contains(name.V, " #") {
		return // a comment, which has a finding of its own
	}
	for _, label := range strings.Split(name.V, ".") {
		if len(label) > mostOfALabel {
			report(name.Origin, fmt.Sprintf("between dots a host name has at most %d characters", mostOfALabel), "Choose a shorter one.")
			return
		}
	}
	for _, r := range name.V {
		switch letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'; {
		case letter, r >= '0' && r <= '9', strings.ContainsRune("-_.", r):
		default:
			report(name.Origin, fmt.Sprintf("a host name has no %q in it", r), "Use letters, digits and hyphens.")
			return
		}
	}
}
