//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
)

// mapMount maps the ids of a mount that is in nobody's use yet (mount_setattr(2),
// MOUNT_ATTR_IDMAP): the rootfs, or what the payload has opened for an idmapped bind
// and gets back.
func (m *Monitor) mapMount(op plan.MountIDMap) error {
	if op.Target == "/" {
		return m.setIDMap(m.rootfs, op)
	}
	tree := m.trees[m.mapped]
	delete(m.trees, m.mapped)
	m.mapped++
	err := error(nil)
	if tree == nil {
		err = fmt.Errorf("%s: %w", op.Target, unix.ENOENT) // the payload could not open it
	} else {
		err = m.setIDMap(tree, op)
	}
	if err != nil && op.Optional {
		tree.Close()
		tree, err = nil, nil // the payload is told that there is none
	}
	m.handOver = append(m.handOver, tree)
	return err
}

func (m *Monitor) setIDMap(mnt *os.File, op plan.MountIDMap) error {
	userns, err := m.openUserNamespace(op.UserNS)
	if err != nil {
		return err
	}
	defer userns.Close()
	flags := uint(unix.AT_EMPTY_PATH)
	if op.Recursive {
		flags |= unix.AT_RECURSIVE
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(userns.Fd())}
	err = unix.MountSetattr(int(mnt.Fd()), "", flags, &attr)
	if errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("map the ids of %s: its file system, or one below it, cannot be idmapped: %w", op.Target, err)
	}
	if err != nil {
		return fmt.Errorf("map the ids of %s: %w", op.Target, err)
	}
	return nil
}

// openUserNamespace opens the container's user namespace, or one by its file.
func (m *Monitor) openUserNamespace(name string) (*os.File, error) {
	if name == plan.IDMapContainer {
		name = fmt.Sprintf("/proc/%d/ns/user", m.child.PID)
	}
	// A fifo in its place must not hold up the launch.
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	const nsGetType = 0xb703 // NS_GET_NSTYPE, ioctl_ns(2)
	if kind, err := unix.IoctlRetInt(int(f.Fd()), nsGetType); err != nil || kind != unix.CLONE_NEWUSER {
		f.Close()
		return nil, fmt.Errorf("%s is no user namespace", name)
	}
	return f, nil
}

// collectTrees takes what the payload opens for idmapped binds in some of its steps,
// until it has done them. The socket holds some hundred of them, so that waiting first
// would be waiting for each other.
func (m *Monitor) collectTrees(seg payload.Segment) error {
	opens := false
	for n := seg.From; n < seg.To; n++ {
		_, is := m.plan.At(n).Op.(plan.TreeOpen)
		opens = opens || is
	}
	for opens {
		fds := []unix.PollFd{{Fd: int32(m.fds.Fd()), Events: unix.POLLIN}, {Fd: int32(m.barrier.Fd()), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("hear from the payload: %w", err)
		}
		if fds[0].Revents&unix.POLLIN == 0 {
			opens = fds[1].Revents == 0 // what it has opened came before it is ready
			continue
		}
		d, err := payload.Receive(m.fds)
		if err != nil || d.Tag == 0 {
			return err // without a tag the payload is gone
		}
		for _, fd := range d.Files {
			m.trees[d.Number] = os.NewFile(uintptr(fd), "tree")
		}
	}
	return nil
}

// giveMounts hands the mounts that were made for the payload to it, in the order of
// the plan, and lets go of them.
func (m *Monitor) giveMounts() error {
	mounts := m.handOver
	m.handOver = nil
	for _, mnt := range mounts {
		var rights []byte
		if mnt != nil {
			rights = unix.UnixRights(int(mnt.Fd()))
		}
		err := unix.Sendmsg(int(m.fds.Fd()), []byte{'m'}, rights, nil, unix.MSG_NOSIGNAL)
		for errors.Is(err, unix.EINTR) {
			err = unix.Sendmsg(int(m.fds.Fd()), []byte{'m'}, rights, nil, unix.MSG_NOSIGNAL)
		}
		mnt.Close()
		if errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) {
			return ErrPayloadGone
		}
		if err != nil {
			return fmt.Errorf("hand a mount to the payload: %w", err)
		}
	}
	return nil
}
