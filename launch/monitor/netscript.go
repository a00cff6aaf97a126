//go:build linux

package monitor

import (
	"slices"

	"lxcfg/compile/plan"
)

// netScript runs the script of an interface, or arranges for it to be run when the
// container goes.
func (m *Monitor) netScript(step string, op plan.NetScript) error {
	if op.When == "down" {
		m.later(step, undo{How: undoScript})
		return nil
	}
	return m.runNetScript(step, op)
}

// runNetScript runs it now.
func (m *Monitor) runNetScript(step string, op plan.NetScript) error {
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
	told, _ := m.told(op.Told)
	return m.runScript(step, op.Script, arguments, append(environment, told...))
}
