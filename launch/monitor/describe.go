//go:build linux

package monitor

import (
	"cmp"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/payload"
)

// Describe is what there is to tell of a container before its launch has begun.
func Describe(p plan.Plan) command.Container {
	run, _, _ := plan.Find[plan.Run](p)
	c := command.Container{LXCPath: p.LXCPath(), Name: p.Container(), InitPIDFD: -1, StopSignal: unix.Signal(cmp.Or(run.StopSignal, uint32(unix.SIGKILL))), Devpts: -1, Notify: -1}
	for _, s := range p.Steps() {
		switch op := s.Op.(type) {
		case plan.Spawn:
			c.CloneFlags |= payload.CloneFlags(op.Namespaces)
		case plan.Unshare:
			c.CloneFlags |= payload.CloneFlags(op.Namespaces)
		case plan.TimeNamespace:
			c.CloneFlags |= unix.CLONE_NEWTIME
		}
	}
	return c
}

// description is what there is to tell of the container now.
func (m *Monitor) description() command.Container {
	c := Describe(m.plan)
	if m.child.PID != 0 {
		c.InitPID, c.InitPIDFD = m.child.PID, m.child.PIDFD
	}
	if m.devpts != nil {
		c.Devpts = int(m.devpts.Fd())
	}
	if m.filter != nil {
		c.Notify = m.filter.fd
	}
	if m.scope != "" {
		c.Scope = path.Base(m.scope)
	}
	for _, s := range m.plan.Steps() {
		op, ok := s.Op.(plan.CgroupCreate)
		if cg := m.cgroups[op.Hierarchy]; ok && cg != nil {
			c.Cgroups = append(c.Cgroups, command.Cgroup{Hierarchy: op.Hierarchy, Version: op.Version, Mount: op.Mount,
				Limit: strings.TrimPrefix(cg.limits, op.Mount), Inner: strings.TrimPrefix(cg.leaf, op.Mount)})
		}
	}
	return c
}
