//go:build linux

package monitor

import (
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/launch/terminal"
)

// newMonitor makes a monitor of a plan without steps.
func newMonitor(t *testing.T) *Monitor {
	t.Helper()
	signals := Listen()
	m := New(plan.Plan{}, nil, signals, terminal.Streams{})
	t.Cleanup(func() {
		m.Close()
		signals.End()
		if err := m.List.Remove(); err != nil {
			t.Error(err)
		}
	})
	return m
}
