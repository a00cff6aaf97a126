//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"lxcfg/launch/netlink"
	"lxcfg/launch/remains"
)

// clearing is how things of each kind are taken back whose launcher was killed; one
// that is gone is no error. What was made is taken back by the code that takes it back
// when a launch ends, as far as that needs nothing of the launch.
var clearing = [...]clearingRow{
	{remains.Cgroup, (*Monitor).clearCgroup},
	{remains.CgroupAbove, (*Monitor).clearAbove},
	{remains.Controllers, (*Monitor).clearControllers},
	{remains.Link, (*Monitor).clearLink},
	{remains.Device, (*Monitor).clearDevice},
	{remains.Route, (*Monitor).clearRoute},
	{remains.Proxy, (*Monitor).clearProxy},
	{remains.Port, (*Monitor).clearPort},
	{remains.NBD, (*Monitor).clearNBD},
	{remains.RBD, (*Monitor).clearRBD},
	{remains.Profile, (*Monitor).clearProfile},
}

type clearingRow struct {
	kind  remains.Kind
	clear func(m *Monitor, words []string) error
}

// note writes down what is about to be made.
func (m *Monitor) note(kind remains.Kind, words ...string) error { return m.List.Add(kind, words...) }

// noteLink is note for something in the host's network namespace.
func (m *Monitor) noteLink(kind remains.Kind, words ...string) error {
	network, err := networkNamespace()
	if err != nil {
		return err
	}
	return m.note(kind, append([]string{network}, words...)...)
}

// withdrawLink says that it was not made.
func (m *Monitor) withdrawLink(kind remains.Kind, words ...string) error {
	network, err := networkNamespace()
	if err != nil {
		return err
	}
	return m.List.Withdraw(kind, append([]string{network}, words...)...)
}

// networkNamespace names the network namespace of the calling thread.
func networkNamespace() (string, error) { return os.Readlink("/proc/thread-self/ns/net") }

// Clear takes back what a launcher that was killed has left, the last first, once the
// container has ended. It goes on after an error.
func (m *Monitor) Clear(things []remains.Thing) error {
	m.signals.takeDown()
	if err := m.awaitEnd(things); err != nil {
		return err
	}
	defer m.closeNetwork()
	var failed error
	for _, t := range things {
		if err := m.clear(t); err != nil {
			failed = errors.Join(failed, fmt.Errorf("take back the %s: %w", t, err))
		}
	}
	return failed
}

// clear takes one thing back. A list holds kinds only that there are: see remains.
func (m *Monitor) clear(t remains.Thing) error {
	row := slices.IndexFunc(clearing[:], func(row clearingRow) bool { return row.kind == t.Kind })
	return clearing[row].clear(m, t.Words)
}

// endTimeout is how long processes of a container whose launcher was killed may take to
// end, and devices to come back: the kernel does both.
const endTimeout = 3 * time.Second

// awaitEnd waits until no process is left in the container's cgroups. What still runs
// then was not meant to be killed with the launcher, and is not killed now.
func (m *Monitor) awaitEnd(things []remains.Thing) error {
	for deadline := time.Now().Add(endTimeout); ; time.Sleep(deviceInterval) {
		var who []string
		for _, t := range things {
			if t.Kind == remains.Cgroup {
				_ = m.thaw(t.Words[0]) // a frozen process does not even die
				who = append(who, processesBelow(t.Words[0])...)
			}
		}
		if len(who) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			slices.Sort(who)
			return &RunningError{Processes: slices.Compact(who)}
		}
	}
}

// clearCgroup removes a cgroup of the container.
func (m *Monitor) clearCgroup(words []string) error {
	return m.removeCgroup(&cgroup{limits: words[0], own: true, dir: -1, tasks: -1})
}

// RunningError says that processes of a container run whose launcher was killed.
type RunningError struct{ Processes []string }

func (e *RunningError) Error() string {
	return fmt.Sprintf("%s of the container still runs, and its monitor is gone: end it with kill(1)", strings.Join(e.Processes, ", "))
}

func (m *Monitor) clearAbove(words []string) error {
	return m.removeCgroup(&cgroup{above: words[:1], dir: -1, tasks: -1})
}

func (m *Monitor) clearControllers(words []string) error {
	m.enabled[words[0]] = words[1:]
	return ignoreMissing(m.disableControllers(words[0]))
}

// elsewhere reports whether a network namespace is another than ours, or gone.
func elsewhere(network string) bool {
	own, err := networkNamespace()
	return err != nil || own != network
}

// clearLink deletes a pair that has a name of its own: the kernel deletes it with the
// container's network namespace, at its leisure.
func (m *Monitor) clearLink(words []string) error {
	if elsewhere(words[0]) {
		return nil
	}
	return m.deleteEnd(words[1], true)
}

// clearDevice gives a device its name and its settings back. The device itself comes
// back by itself, when the kernel takes the container's network namespace down.
func (m *Monitor) clearDevice(words []string) error {
	if elsewhere(words[0]) {
		return nil
	}
	link, err := parseDevice(words[1:])
	if err != nil {
		return err
	}
	c, err := m.outside()
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(endTimeout); ; time.Sleep(deviceInterval) {
		now, err := c.LinkByIndex(link.Index)
		switch {
		case err == nil:
			return restoreDevice(c, link, now)
		case !gone(err):
			return err
		case time.Now().After(deadline):
			// One that was made on the host, such as a bridge or a dummy, goes with the
			// network namespace that it is in.
			return nil
		}
	}
}

// deviceWords are the words of a device as it is on the host.
func deviceWords(l netlink.Link) []string {
	return append([]string{strconv.Itoa(l.Index), l.Name, strconv.FormatUint(uint64(l.MTU), 10), l.Address.String()}, l.AltNames...)
}

func parseDevice(words []string) (l netlink.Link, err error) {
	index, err := strconv.Atoi(words[0])
	if err != nil {
		return l, err
	}
	mtu, err := strconv.ParseUint(words[2], 10, 32)
	if err != nil {
		return l, err
	}
	address, err := netlink.ParseHardwareAddr(words[3])
	if err != nil {
		return l, err
	}
	l = netlink.Link{Index: index, Name: words[1], MTU: uint32(mtu), Address: address, AltNames: slices.Clone(words[4:])}
	return l, nil
}

func (m *Monitor) clearRoute(words []string) error {
	return m.clearOn(words, deleteRoute)
}

func (m *Monitor) clearProxy(words []string) error {
	return m.clearOn(words, deleteProxy)
}

// clearOn takes what the last word says away from a link of the host.
func (m *Monitor) clearOn(words []string, take func(c *netlink.Conn, l netlink.Link, what string) error) error {
	if elsewhere(words[0]) {
		return nil
	}
	c, err := m.outside()
	if err != nil {
		return err
	}
	l, err := c.LinkByName(words[1])
	if err == nil {
		err = take(c, l, words[2])
	}
	return ignoreTaken(err)
}

func (m *Monitor) clearPort(words []string) error {
	path, err := lookPath("ovs-vsctl")
	if err != nil {
		return err
	}
	return m.deletePort(path, words[0], words[1])
}

// clearNBD ends the service of a device, if it still is that of the image.
func (m *Monitor) clearNBD(words []string) error {
	sys := filepath.Join("/sys/block", filepath.Base(words[0]))
	if !strings.Contains(serviceOf(sys).command, words[1]) {
		return nil
	}
	program, err := exec.LookPath("qemu-nbd")
	if err != nil {
		return err
	}
	return m.detachNBD(program, sys)
}

func (m *Monitor) clearRBD(words []string) error {
	if _, err := os.Stat(words[0]); err != nil {
		return ignoreMissing(err)
	}
	program, err := exec.LookPath("rbd")
	if err != nil {
		return err
	}
	return m.unmapRBD(program, words[0])
}

func (m *Monitor) clearProfile(words []string) error {
	if profileInUse(words[0]) {
		return nil // another container's of the same name
	}
	return removeProfile(words[0], words[1])
}
