package compile

import (
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar"
)

// compileProcessLimits is what the host sets of the payload from outside: resource
// limits, files of its directory in /proc, core scheduling. And what the monitor
// does to itself.
func (c *compiler) compileProcessLimits() {
	limits := &c.config.Limits
	for _, f := range limits.Proc {
		c.add(plan.AtProcFile, plan.ProcFile{File: strings.ReplaceAll(f.V.Name, ".", "/"), Value: f.V.Value}, f.Origin)
	}
	for _, l := range limits.Prlimit {
		number, ok := resourceNumber(l.V.Resource)
		if !ok {
			continue // a finding of loading, which stops the launch
		}
		c.add(plan.AtPrlimit, plan.Prlimit{Resource: l.V.Resource, Number: number, Soft: l.V.Soft, Hard: l.V.Hard}, l.Origin)
	}
	if limits.SchedCore.V {
		c.add(plan.AtSchedCore, plan.SchedCore{}, limits.SchedCore.Origin)
	}
	if unshare := c.config.Monitor.Unshare; unshare.V != 0 {
		if !c.facts.Caller.Has("CAP_SYS_ADMIN") {
			c.refuse(unshare.Origin, "monitor/unshare-needs-root", "only root may give the monitor a mount namespace of its own",
				"It takes CAP_SYS_ADMIN. LXC does not start such a container either. Remove the line.")
		}
		c.add(plan.AtMonitorUnshare, plan.MonitorUnshare{}, unshare.Origin)
	}
}

// resourceNumber is the kernel's number of a resource, which LXC takes by its name
// or as a number.
func resourceNumber(name string) (uint32, bool) {
	if i := slices.Index(grammar.Resources(), name); i >= 0 {
		return uint32(i), true
	}
	n, err := strconv.ParseUint(name, 0, 32)
	return uint32(n), err == nil
}
