//go:build linux

package monitor

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
	"lxcfg/launch/terminal"
)

// openConsole allocates a pty of the host's devpts (pty(7)) and keeps its master.
func (m *Monitor) openConsole(step string, op plan.ConsoleOpen) error {
	fd, err := terminal.OpenMaster()
	if err != nil {
		return err
	}
	m.console = os.NewFile(uintptr(fd), "console")
	m.laterClose(step, m.console)
	number, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		return fmt.Errorf("ask for the console's pty: %w", err)
	}
	m.consoleAt = fmt.Sprintf("/dev/pts/%d", number)
	if err := samePty(fd, m.consoleAt); err != nil {
		return err
	}
	switch {
	case op.ByHelper:
		// Both its ids have to exist in that namespace; the group is often "tty".
		if err := os.Chown(m.consoleAt, -1, int(op.GID)); err != nil {
			return err
		}
		return m.idHelper.asRoot(func(b *program.Builder) { chown(b, m.consoleAt, program.Int(helperRoot), unchangedID) })
	case op.Own:
		return os.Chown(m.consoleAt, int(op.UID), int(op.GID))
	}
	return nil
}

// connectConsole takes a terminal of the host in the place of the caller's streams. One
// that waits for a carrier must not hold up the launch.
func (m *Monitor) connectConsole(step string, op plan.ConsolePeer) error {
	peer, err := os.OpenFile(op.Path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	m.laterClose(step, peer)
	if !terminal.IsTerminal(peer) {
		return &os.PathError{Op: "use as a terminal", Path: op.Path, Err: unix.ENOTTY}
	}
	m.streams = terminal.Streams{In: peer, Out: peer}
	return nil
}

// samePty makes sure that the path names the slave of the master: in a container
// /dev/ptmx and /dev/pts may belong to different instances of devpts. Only then
// are the two one inode.
func samePty(master int, path string) error {
	slave, err := terminal.OpenPeer(master)
	if err != nil {
		return fmt.Errorf("open the console's pty: %w", err)
	}
	defer unix.Close(slave)
	var own, byPath unix.Stat_t
	if err := unix.Fstat(slave, &own); err != nil {
		return fmt.Errorf("look at the console's pty: %w", err)
	}
	if err := unix.Stat(path, &byPath); err != nil {
		return &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if own.Dev != byPath.Dev || own.Ino != byPath.Ino {
		return fmt.Errorf("%s is not the pty that /dev/ptmx gave: /dev/pts is another devpts", path)
	}
	return nil
}

// receiveTerminals takes over the masters of the ptys that the payload has made,
// in the order of the plan: the console first, when it is one of them. It reads to the
// end: what else was sent has been received before, or nobody wants it.
func (m *Monitor) receiveTerminals() error {
	var masters []*os.File
	for {
		d, err := payload.Receive(m.fds)
		if err != nil {
			return err
		}
		if d.Tag == 0 {
			break
		}
		switch d.Tag {
		case payload.SendsTerminals:
			for _, fd := range d.Files {
				masters = append(masters, os.NewFile(uintptr(fd), "terminal"))
			}
		case payload.SendsDevpts:
			for _, fd := range d.Files {
				m.devpts = os.NewFile(uintptr(fd), "devpts")
				m.laterClose("devpts", m.devpts)
			}
		default:
			d.Close()
		}
	}
	if console, _, ok := plan.Find[plan.Console](m.plan); ok && console.Allocate && len(masters) > 0 {
		m.console, masters = masters[0], masters[1:]
		m.laterClose("console", m.console)
	}
	m.terminals = masters
	for i, master := range masters {
		fd, err := terminal.OpenPeer(int(master.Fd()))
		if err != nil {
			return fmt.Errorf("open tty %d: %w", i+1, err)
		}
		m.peers = append(m.peers, os.NewFile(uintptr(fd), "tty"))
	}
	return nil
}

// randomUUID draws a version 4 UUID, the form of a boot id.
func randomUUID() (string, error) {
	var b [16]byte
	if _, err := unix.Getrandom(b[:], 0); err != nil {
		return "", fmt.Errorf("draw a boot id: %w", err)
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
