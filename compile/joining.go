package compile

import (
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// Joining is what a configuration says of a process that joins its running container.
type Joining struct {
	Personality *plan.Personality // nil: it keeps its own
	NoNewPrivs  bool
	Filter      plan.Seccomp // without instructions: none
	Limits      []plan.Prlimit
	Environment []string // NAME=VALUE
}

// JoiningKeys are the keys that it says so by, in their current names.
func JoiningKeys() []string {
	keys := []string{"lxc.arch", "lxc.no_new_privs", "lxc.seccomp.profile", "lxc.seccomp.allow_nesting", "lxc.environment"}
	for _, resource := range grammar.Resources() {
		keys = append(keys, "lxc.prlimit."+resource)
	}
	return keys
}

// Join makes what there is to know for who joins the container of a configuration. With a
// finding of severity error it must not be used.
func Join(l *Loaded, facts plan.Facts) (Joining, diag.List) {
	c := &compiler{config: l.Config, loaded: l, facts: facts}
	c.compilePersonality()
	c.compileNoNewPrivs()
	c.compileSeccomp()
	c.compileProcessLimits()
	var j Joining
	for _, s := range c.builder.Draft().Steps() {
		switch op := s.Op.(type) {
		case plan.Personality:
			j.Personality = &op
		case plan.NoNewPrivs:
			j.NoNewPrivs = true
		case plan.Seccomp:
			j.Filter = op
		case plan.Prlimit:
			j.Limits = append(j.Limits, op)
		}
	}
	for _, v := range l.Config.Env.Both {
		j.Environment = append(j.Environment, v.V)
	}
	return j, c.findings
}
