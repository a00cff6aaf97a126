//go:build linux

package monitor

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// writeIDMap gives the payload's user namespace its ids (user_namespaces(7)).
func (m *Monitor) writeIDMap(op plan.IDMapWrite) (err error) {
	if op.Method == plan.IDMapHelper {
		if err := m.runIDMapHelper("newuidmap", m.child.PID, op.UIDs); err != nil {
			return err
		}
		if err := m.runIDMapHelper("newgidmap", m.child.PID, op.GIDs); err != nil {
			return err
		}
		// What the container's root leaves in its cgroups only it can take away,
		// and then it will be gone.
		m.userns, err = openUserNamespace(m.child.PID)
		return err
	}
	proc := fmt.Sprintf("/proc/%d/", m.child.PID)
	if err := writeFile(proc+"uid_map", mapLines(op.UIDs)); err != nil {
		return err
	}
	if op.DenySetgroups {
		// Without privilege a gid_map is only taken once setgroups(2) is off: a
		// group that is listed to deny access could be dropped otherwise.
		if err := writeFile(proc+"setgroups", "deny"); err != nil {
			return err
		}
	}
	return writeFile(proc+"gid_map", mapLines(op.GIDs))
}

// mapLines gives the maps in the kernel's form. All lines go in one write: a map
// can be written once.
func mapLines(maps plan.List[plan.IDMap]) string {
	var text strings.Builder
	for _, m := range maps.All() {
		fmt.Fprintf(&text, "%d %d %d\n", m.Container, m.Host, m.Range)
	}
	return text.String()
}

// runIDMapHelper lets newuidmap(1) or newgidmap(1) write a map. They check that
// the user was given the ids.
func (m *Monitor) runIDMapHelper(program string, pid int, maps plan.List[plan.IDMap]) error {
	path, err := lookPath(program)
	if err != nil {
		return err
	}
	argv := []string{program, strconv.Itoa(pid)}
	for _, row := range maps.All() {
		for _, n := range [...]uint32{row.Container, row.Host, row.Range} {
			argv = append(argv, strconv.FormatUint(uint64(n), 10))
		}
	}
	_, err = m.runHelper(path, argv...)
	return err
}

// lookPath finds a program as a shell does.
func lookPath(program string) (string, error) {
	for _, dir := range strings.Split(os.Getenv("PATH"), ":") {
		if path := dir + "/" + program; dir != "" && unix.Access(path, unix.X_OK) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed in %q", program, os.Getenv("PATH"))
}
