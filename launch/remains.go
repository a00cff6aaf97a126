//go:build linux

package launch

import (
	"errors"

	"lxcfg/compile/plan"
	"lxcfg/launch/monitor"
	"lxcfg/launch/remains"
	"lxcfg/launch/terminal"
)

// RunningError says that a container runs whose launcher was killed.
type RunningError = monitor.RunningError

// ClearRemains takes back what earlier launches of a container have left whose
// launchers were killed, and says what that was. What could not be taken back is tried
// again the next time; a *RunningError is part of the error when the container
// of such a launcher still runs.
func ClearRemains(lxcPath, container string) (cleared []string, err error) {
	left, err := remains.Find(lxcPath, container)
	if len(left) == 0 {
		return nil, err
	}
	signals := monitor.Listen()
	defer signals.End()
	m := monitor.New(plan.Plan{}, nil, signals, terminal.Streams{})
	for _, list := range left {
		if failed := m.Clear(list.Things); failed != nil {
			err = errors.Join(err, failed)
			list.Close()
			continue
		}
		err = errors.Join(err, list.Remove())
		cleared = append(cleared, remains.Words(list.Things)...)
	}
	return cleared, err
}
