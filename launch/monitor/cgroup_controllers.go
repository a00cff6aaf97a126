//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/remains"
)

// subtreeControl is the file of a v2 cgroup that says which controllers those below
// it have (cgroups(7)).
const subtreeControl = "cgroup.subtree_control"

// enableControllers gives the cgroups below a directory their controllers. As in LXC
// the container gets all there are; only those that a limit needs have to be had.
func (m *Monitor) enableControllers(dir string, op plan.CgroupCreate) error {
	wanted := slices.Concat(op.Controllers.Slice(), op.Required.Slice())
	if op.InScope { // whatever systemd has given
		given, err := readWords(filepath.Join(dir, "cgroup.controllers"))
		if err != nil {
			return err
		}
		wanted = append(wanted, given...)
	}
	if len(wanted) == 0 {
		return nil
	}
	file := filepath.Join(dir, subtreeControl)
	enabled, err := readWords(file)
	if err != nil {
		return err
	}
	var missing []string
	for _, c := range wanted {
		if !slices.Contains(enabled, c) && !slices.Contains(missing, c) {
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if m.aside != nil {
		if err := m.note(remains.Controllers, append([]string{dir}, missing...)...); err != nil {
			return err
		}
	}
	// Usually the kernel takes all of them at once, or none. One of them may be at
	// fault: "cpu" is refused while a real-time process is around.
	if writeFile(file, "+"+strings.Join(missing, " +")) == nil {
		m.enabled[dir] = append(m.enabled[dir], missing...)
		return nil
	}
	for _, c := range missing {
		err := writeFile(file, "+"+c)
		switch {
		case err == nil:
			m.enabled[dir] = append(m.enabled[dir], c)
		case slices.Contains(op.Required.Slice(), c):
			return inTheWay(dir, c, err)
		}
	}
	return nil
}

// disableControllers takes back what enableControllers has done to a directory.
func (m *Monitor) disableControllers(dir string) error {
	words := m.enabled[dir]
	if len(words) == 0 {
		return nil
	}
	delete(m.enabled, dir)
	return writeFile(filepath.Join(dir, subtreeControl), "-"+strings.Join(words, " -"))
}

// inTheWay says of a cgroup's failure to enable a controller which processes are the
// reason, if they are.
func inTheWay(dir, controller string, err error) error {
	failed, who := new(os.PathError), processesIn(dir)
	if !errors.Is(err, unix.EBUSY) || !errors.As(err, &failed) || len(who) == 0 {
		return err
	}
	return &os.PathError{Op: failed.Op, Path: failed.Path, Err: fmt.Errorf(
		"%w: the controller %q cannot be enabled for others while %s is in the cgroup itself; start lxcfg as the only one there: systemd-run --user --scope -p Delegate=yes lxcfg start …",
		failed.Err, controller, strings.Join(who, ", "))}
}

// processesIn lists some of the processes of a cgroup, for people.
func processesIn(dir string) []string {
	const most = 4
	pids, _ := readWords(filepath.Join(dir, "cgroup.procs"))
	var who []string
	for _, pid := range pids[:min(len(pids), most)] {
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil {
			continue // it is gone
		}
		who = append(who, fmt.Sprintf("process %s (%s)", pid, strings.TrimSpace(string(name))))
	}
	return who
}

// readWords reads the words of a file of the kernel's.
func readWords(name string) ([]string, error) {
	data, err := os.ReadFile(name)
	return strings.Fields(string(data)), err
}
