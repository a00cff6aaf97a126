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
	"lxcfg/launch/remains"
)

// device is a device of the host that the container has for its life.
type device struct {
	monitor *Monitor
	link    netlink.Link // as it was on the host
	name    string       // what it is called in the container
	index   int          // what number it has there, 0 when that is not known
	radio   string       // number of its wiphy (nl80211), empty for a device with a wire
}

// takeDevice moves a device of the host into the container.
func (m *Monitor) takeDevice(step string, op plan.Phys) error {
	c, link, err := m.hostLink(plan.HostLink{Name: op.Link})
	if err != nil {
		return err
	}
	mtu, err := m.mtu(op.MTU)
	if err != nil {
		return err
	}
	d := &device{monitor: m, link: link, name: op.Name, radio: radioOf(link.Name)}
	if err := m.noteLink(remains.Device, deviceWords(link)...); err != nil {
		return err
	}
	m.undos = append(m.undos, d.undo(step))
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
	if err := d.move(c); err != nil {
		return err
	}
	_, inside, err := m.insideLink(op.Name)
	d.index = inside.Index
	m.undos[len(m.undos)-1] = d.undo(step) // which knows the number now
	return err
}

// undo is how the device is given back.
func (d *device) undo(step string) undo {
	return undo{Step: step, How: undoDevice, Link: &d.link, Words: []string{d.name, strconv.Itoa(d.index), d.radio}}
}

// giveBack gives back the device of an undo.
func (m *Monitor) giveBack(u undo) error {
	index, err := strconv.Atoi(u.Words[1])
	if err != nil {
		return err
	}
	d := &device{monitor: m, link: *u.Link, name: u.Words[0], index: index, radio: u.Words[2]}
	return d.giveBack()
}

// move moves the device into the container. A wireless one goes with all that its
// radio has, which iw(8) moves.
func (d *device) move(c *netlink.Conn) error {
	m := d.monitor
	if d.radio == "" {
		return c.Move(d.link, netlink.NamespaceOf(m.child.PID), d.name)
	}
	if err := d.moveRadio(m.child.PID); err != nil {
		return err
	}
	if d.name == d.link.Name {
		return nil
	}
	inside, err := m.inside()
	if err != nil {
		return err
	}
	l, err := inside.LinkByName(d.link.Name)
	if err != nil {
		return err
	}
	return inside.Set(l, netlink.Change{Name: d.name})
}

// moveRadio has iw(8) move the device's radio from the network namespace of the calling
// thread to that of a process.
func (d *device) moveRadio(pid int) error {
	path, err := lookPath("iw")
	if err != nil {
		return err
	}
	_, err = d.monitor.runHelper(path, "iw", "phy#"+d.radio, "set", "netns", strconv.Itoa(pid))
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
	// A move can fail when the device has left already, so look where it is. Numbers
	// of links are not used again.
	now, err := c.LinkByIndex(d.link.Index)
	if gone(err) {
		if err := d.moveBack(); err != nil {
			return fmt.Errorf("give %s back to the host: %w", d.link.Name, err)
		}
		now, err = c.LinkByName(d.link.Name)
	}
	if err != nil {
		return err
	}
	link := d.link
	link.Name = now.Name // it may have come back under another one
	return restoreDevice(c, link, now)
}

// restoreDevice gives a device what it had: name, alternative names, MTU and hardware
// address.
func restoreDevice(c *netlink.Conn, link, now netlink.Link) (err error) {
	for _, name := range link.AltNames {
		if !slices.Contains(now.AltNames, name) {
			err = errors.Join(err, c.AddAltName(now, name))
		}
	}
	var change netlink.Change
	if now.Name != link.Name {
		change.Name = link.Name
	}
	if now.MTU != link.MTU {
		change.MTU = link.MTU
	}
	if now.Address != link.Address {
		change.Address = link.Address
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
	at := unix.Gettid()
	return inNamespace(namespace, home, func() error {
		c, err := netlink.Open()
		if err != nil {
			return err
		}
		defer c.Close()
		return d.leave(c, home, at)
	})
}

// leave moves the device from the container's network namespace, in which the socket
// and the calling thread are, to the one that is open and that another thread is in.
// Names that were added to it there would be in the way of others on the host.
func (d *device) leave(c *netlink.Conn, home, thread int) error {
	l, err := d.find(c)
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
		return d.moveRadio(thread) // not the process: its first thread may be the calling one
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

// find finds the device in the container's network namespace. What runs in the container
// may have given it another name.
func (d *device) find(c *netlink.Conn) (l netlink.Link, err error) {
	if d.index != 0 {
		return c.LinkByIndex(d.index)
	}
	if l, err = c.LinkByName(d.name); gone(err) {
		l, err = c.LinkByName(d.link.Name) // it was moved and could not be renamed
	}
	return l, err
}

// inNamespace does something on a thread that is in another network namespace, and
// takes the thread home again. Where that fails the thread is not given back, so that no
// other goroutine gets onto it.
func inNamespace(namespace, home int, do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(namespace, unix.CLONE_NEWNET); err != nil {
			runtime.UnlockOSThread()
			done <- fmt.Errorf("enter the container's network namespace: %w", err)
			return
		}
		err := do()
		if back := unix.Setns(home, unix.CLONE_NEWNET); back != nil {
			done <- errors.Join(err, fmt.Errorf("leave the container's network namespace: %w", back))
			return
		}
		runtime.UnlockOSThread()
		done <- err
	}()
	return <-done
}
