//go:build linux

package monitor

import (
	"fmt"
	"slices"

	"lxcfg/compile/plan"
)

// netScript runs the script of an interface, or arranges for it to be run when the
// container goes.
func (m *Monitor) netScript(step string, op plan.NetScript) error {
	arguments, environment := op.Arguments.Slice(), op.Environment.Slice()
	if op.Peer {
		_, end, err := m.hostLink(plan.HostLink{NIC: op.NIC})
		if err != nil {
			return err
		}
		arguments = append(arguments, end.Name)
		if i := slices.Index(environment, plan.NetPeer+"="); i >= 0 {
			environment[i] += end.Name
		}
	}
	environment = append(environment, fmt.Sprintf("LXC_PID=%d", m.child.PID))
	run := func() error { return m.runScript(step, op.Script, arguments, environment) }
	if op.When == "down" {
		m.later(step, run)
		return nil
	}
	return run()
}
