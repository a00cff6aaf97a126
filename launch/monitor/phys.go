//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
)

// device is a device of the host that the container has for its life.
type device struct {
	monitor *Monitor
	link    netlink.Link // as it was on the host
	inside  netlink.Link // as it is in the container, the zero Link before it is there
	radio   string       // number of its wiphy (nl80211), empty for a device with a wire
}

// takeDevice moves a device of the host into the container.
func (m *Monitor) takeDevice(step string, op plan.Phys) error {
	c, err := m.outside()
	if err != nil {
		return err
	}
	link, err := c.LinkByName(op.Link)
	if err != nil {
		return err
	}
	mtu, err := m.mtu(op.MTU)
	if err != nil {
		return err
	}
	d := &device{monitor: m, link: link, radio: radioOf(link.Name)}
	m.later(step, d.giveBack)
	// Another link of the container may have one of its other names, which would
	// keep the device out.
	for _, name := range link.AltNames {
		if err := c.DeleteAltName(link, name); err != nil {
			return err
		}
	}
	if mtu != 0 {
		if err := c.Set(link, netlink.Change{MTU: mtu}); err != nil {
			return err
		}
	}
	if err := d.move(c, op.Name); err != nil {
		return err
	}
	_, d.inside, err = m.insideLink(op.Name)
	return err
}

// move moves the device into the container. A wireless one goes with all that its
// radio has, which iw(8) moves.
func (d *device) move(c *netlink.Conn, name string) error {
	m := d.monitor
	if d.radio == "" {
		return c.Move(d.link, netlink.NamespaceOf(m.child.PID), name)
	}
	if err := d.moveRadio(m.child.PID); err != nil {
		return err
	}
	if name == d.link.Name {
		return nil
	}
	inside, l, err := m.insideLink(d.link.Name)
	if err != nil {
		return err
	}
	return inside.Set(l, netlink.Change{Name: name})
}

// moveRadio has iw(8) move the device's radio from the network namespace of the calling
// thread to that of a process.
func (d *device) moveRadio(pid int) error {
	path, err := lookPath("iw")
	if err != nil {
		return err
	}
	_, err = d.monitor.runProgram(hostProgram{path: path, argv: []string{"iw", "phy#" + d.radio, "set", "netns", strconv.Itoa(pid)}, env: os.Environ()})
	return err
}

// radioOf is the number of the radio of a wireless device, empty for any other. iw(8)
// knows a radio by its name only where sysfs shows it, which is not in the container's
// network namespace.
func radioOf(link string) string {
	text, err := os.ReadFile(filepath.Join("/sys/class/net", link, "phy80211/index"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// giveBack gives the device back to the host as it was: name, MTU, hardware address
// and alternative names. The container may have changed all of them.
func (d *device) giveBack() error {
	c, err := d.monitor.outside()
	if err != nil {
		return err
	}
	if d.inside.Index != 0 {
		if err := d.moveBack(); err != nil {
			return fmt.Errorf("give %s back to the host: %w", d.link.Name, err)
		}
	}
	now, err := c.LinkByName(d.link.Name)
	if err != nil {
		return err
	}
	for _, name := range d.link.AltNames {
		if !slices.Contains(now.AltNames, name) {
			err = errors.Join(err, c.AddAltName(now, name))
		}
	}
	var change netlink.Change
	if now.MTU != d.link.MTU {
		change.MTU = d.link.MTU
	}
	if now.Address != d.link.Address {
		change.Address = d.link.Address
	}
	if change != (netlink.Change{}) {
		err = errors.Join(err, c.Set(now, change))
	}
	return err
}

// moveBack moves the device out of the container under the name it had.
func (d *device) moveBack() error {
	inside, err := d.monitor.inside()
	if err != nil {
		return err
	}
	home, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: "/proc/thread-self/ns/net", Err: err}
	}
	defer unix.Close(home)
	namespace, err := inside.Namespace()
	if err != nil {
		return err
	}
	defer unix.Close(namespace)
	// The kernel wants rights over the host's network namespace of who opened the
	// socket, and the payload has none when it has a user namespace of its own.
	return inNamespace(namespace, func() error {
		c, err := netlink.Open()
		if err != nil {
			return err
		}
		defer c.Close()
		return d.leave(c, home)
	})
}

// leave moves the device from the container's network namespace, in which the socket
// and the calling thread are. Names that were added to it there would be in the way of
// others on the host.
func (d *device) leave(c *netlink.Conn, home int) error {
	l, err := c.LinkByIndex(d.inside.Index)
	if err != nil {
		return err
	}
	for _, name := range l.AltNames {
		if err := c.DeleteAltName(l, name); err != nil {
			return err
		}
	}
	if d.radio != "" {
		if l.Name != d.link.Name {
			if err := c.Set(l, netlink.Change{Name: d.link.Name}); err != nil {
				return err
			}
		}
		return d.moveRadio(os.Getpid())
	}
	err = c.Move(l, netlink.OpenNamespace(home), d.link.Name)
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	// Somebody has taken the name meanwhile. Rather another one than no device.
	other, nameErr := randomName("phys")
	if nameErr != nil {
		return errors.Join(err, nameErr)
	}
	if moveErr := c.Move(l, netlink.OpenNamespace(home), other); moveErr != nil {
		return errors.Join(err, moveErr)
	}
	return fmt.Errorf("%w: the host has it as %s now", err, other)
}

// inNamespace does something in another network namespace. It takes a thread that
// enters it and then ends, because no other goroutine may get onto it.
func inNamespace(namespace int, do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(namespace, unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter the container's network namespace: %w", err)
			return
		}
		done <- do()
	}()
	return <-done
}
