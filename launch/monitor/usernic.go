//go:build linux

package monitor

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
)

// makeUserVeth has lxc-user-nic(1) make a pair for an ordinary user.
func (m *Monitor) makeUserVeth(step string, op plan.UserVeth) error {
	bridge := cmp.Or(op.Bridge, "none")
	argv := []string{op.Helper, "create", m.plan.LXCPath(), m.plan.Container(), strconv.Itoa(m.child.PID), "veth", bridge, op.Name}
	output, err := m.runHelper(op.Helper, argv...)
	if err != nil {
		return err
	}
	end, err := parseUserNIC(output)
	if err != nil {
		return err
	}
	m.keepEnd(op.NIC, end)
	namespace := -1
	if op.Release {
		path := fmt.Sprintf("/proc/%d/ns/net", m.child.PID)
		if namespace, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return &os.PathError{Op: "open", Path: path, Err: err}
		}
	}
	m.later(step, undo{How: undoUserVeth, Words: []string{end.Name}, FD: namespace})
	return nil
}

// parseUserNIC reads what lxc-user-nic says of the pair it has made: the name and
// index in the container, then those on the host, "eth0:731:veth1000_Ab3d:730". It may
// have warned of something before.
func parseUserNIC(output string) (end netlink.Link, err error) {
	f := strings.Split(lastLine(output), ":")
	if len(f) == 4 {
		end.Name = f[2]
		end.Index, err = strconv.Atoi(f[3])
	}
	if end.Name == "" || err != nil {
		return end, fmt.Errorf("lxc-user-nic does not say what it has made: %q", output)
	}
	return end, nil
}

// deleteUserVeth takes a pair back: by its end in the container, where an ordinary
// user may delete it. A port of Open vSwitch is remembered on the host, so
// lxc-user-nic, which may do that, is told to forget it.
func (m *Monitor) deleteUserVeth(op plan.UserVeth, end string, namespace int) error {
	if namespace >= 0 {
		defer unix.Close(namespace)
		path := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), namespace)
		argv := []string{op.Helper, "delete", m.plan.LXCPath(), m.plan.Container(), path, "veth", op.Bridge, end}
		if _, err := m.runHelper(op.Helper, argv...); err != nil {
			return err
		}
	}
	if m.launched {
		return nil // it goes with the container's network namespace
	}
	c, l, err := m.insideLink(op.Name)
	if err == nil {
		err = c.Delete(l)
	}
	if gone(err) {
		return nil
	}
	return err
}
