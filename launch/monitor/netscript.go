//go:build linux

package monitor

import (
	"fmt"
	"os"
	"slices"
	"strings"

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
	run := func() error {
		_, err := m.runProgram(hostProgram{
			path: "/bin/sh", argv: []string{"sh", "-c", shellCommand(op.Script, arguments)},
			env: append(os.Environ(), environment...),
		})
		return err
	}
	if op.When == "down" {
		m.later(step, run)
		return nil
	}
	return run()
}

// shellCommand has a shell execute a script, whose text may hold arguments and
// whatever else a shell understands, with more arguments behind.
func shellCommand(script string, arguments []string) string {
	var text strings.Builder
	text.WriteString("exec " + script)
	for _, a := range arguments {
		text.WriteString(" '" + strings.ReplaceAll(a, "'", `'\''`) + "'")
	}
	return text.String()
}
