//go:build linux

package monitor

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// KilledBy says what ended a payload that did not fail by itself.
func (m *Monitor) KilledBy() error {
	if err := m.signals.interruption(); err != nil {
		return err
	}
	status, err := m.reap()
	switch {
	case err != nil:
		return err
	case status.Signal() == unix.SIGKILL && m.outOfMemory():
		return fmt.Errorf("the kernel killed the payload, because its cgroup has no memory left%s", m.memoryLimits())
	case status.Signaled():
		return fmt.Errorf("the payload was killed by %s (%v)", unix.SignalName(status.Signal()), status.Signal())
	}
	return fmt.Errorf("the payload ended with status %d", status.ExitStatus())
}

// outOfMemory reports whether the kernel has killed a process of the container for
// want of memory: it counts them in memory.oom_control on v1, since Linux 4.13, and in
// memory.events on v2.
func (m *Monitor) outOfMemory() bool {
	for _, cg := range m.cgroups {
		for _, file := range [...]string{"memory.oom_control", "memory.events"} {
			words, _ := readWords(filepath.Join(cg.limits, file)) // not there: another hierarchy
			for i, word := range words {
				if word == "oom_kill" && i+1 < len(words) && words[i+1] != "0" {
					return true
				}
			}
		}
	}
	return false
}

// memoryLimits names the limits of memory that the plan sets, to be raised.
func (m *Monitor) memoryLimits() string {
	var limits []string
	for _, s := range m.plan.Steps() {
		if op, ok := s.Op.(plan.CgroupLimit); ok && strings.HasPrefix(op.File, "memory.") {
			limits = append(limits, fmt.Sprintf("%s = %s (%s)", op.File, op.Value, s.Why()))
		}
	}
	if len(limits) == 0 {
		return ""
	}
	return ": raise " + strings.Join(limits, ", ")
}
