//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
)

// mountDevice makes a mount of a block device or a dataset for the payload.
func (m *Monitor) mountDevice(step string, op plan.RootfsDevice) error {
	source := op.Source
	if source == "" {
		source = m.device
	}
	mnt, err := m.mountAny(source, op)
	if err != nil {
		return err
	}
	m.setRootfs(step, mnt)
	m.loop.Close() // the mount keeps the loop device by now
	return nil
}

// copyTree makes a copy of the mounts of a directory for the payload.
func (m *Monitor) copyTree(step string, op plan.RootfsTree) error {
	fd, err := unix.OpenTree(unix.AT_FDCWD, op.Source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return &os.PathError{Op: "open_tree", Path: op.Source, Err: err}
	}
	m.setRootfs(step, os.NewFile(uintptr(fd), op.Source))
	attr := payload.MountAttr(op.Set, op.Clear)
	if err := unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attr); err != nil {
		return &os.PathError{Op: "mount_setattr", Path: op.Source, Err: err}
	}
	return nil
}

// setRootfs keeps the mount that becomes the rootfs, and hands it to the payload
// when that goes on.
func (m *Monitor) setRootfs(step string, mnt *os.File) {
	m.rootfs = mnt
	m.handOver = append(m.handOver, mnt)
	m.laterClose(step, mnt) // unless it has been handed over
}

// mountAny mounts a source with the type that the plan names, or else with the first
// that takes it. LXC tries them the same way, so that both come to the same type.
func (m *Monitor) mountAny(source string, op plan.RootfsDevice) (*os.File, error) {
	if op.FSType != "" {
		return newMount(source, op.FSType, op)
	}
	types, err := fileSystems()
	if err != nil {
		return nil, err
	}
	cause := error(unix.EINVAL) // what a file system says of another's device
	for _, fstype := range types {
		if err := m.signals.interruption(); err != nil {
			return nil, err
		}
		mnt, err := newMount(source, fstype, op)
		if err == nil {
			return mnt, nil
		}
		if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENODEV) {
			cause = fmt.Errorf("%s: %w", fstype, causeOf(err))
		}
	}
	hint := ""
	if hasPartitions(source) {
		hint = "; it has a partition table: name the image of one partition, or nbd:IMAGE:NUMBER"
	}
	return nil, fmt.Errorf("%s holds no file system that this kernel mounts with these options (it tried %s)%s: %w",
		source, strings.Join(types, ", "), hint, cause)
}

// causeOf is an error without the object, which its reader knows.
func causeOf(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// newMount makes a mount that is attached nowhere (fsopen(2), fsconfig(2), fsmount(2)).
func newMount(source, fstype string, op plan.RootfsDevice) (*os.File, error) {
	fs, err := unix.Fsopen(fstype, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, &os.PathError{Op: "fsopen", Path: fstype, Err: err}
	}
	defer unix.Close(fs)
	if err := unix.FsconfigSetString(fs, "source", source); err != nil {
		return nil, &os.PathError{Op: "fsconfig", Path: source, Err: err}
	}
	options := op.Data.Slice()
	if op.SuperRO {
		options = append(options, "ro")
	}
	for _, option := range options {
		if err := setOption(fs, option); err != nil {
			return nil, &os.PathError{Op: "fsconfig", Path: option, Err: err}
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return nil, &os.PathError{Op: "mount " + fstype, Path: source, Err: err}
	}
	attr := payload.MountAttr(op.Set, plan.List[plan.MountFlag]{})
	mnt, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, int(attr.Attr_set))
	if err != nil {
		return nil, &os.PathError{Op: "fsmount", Path: source, Err: err}
	}
	return os.NewFile(uintptr(mnt), source), nil
}

func setOption(fs int, option string) error {
	if name, value, ok := strings.Cut(option, "="); ok {
		return unix.FsconfigSetString(fs, name, value)
	}
	return unix.FsconfigSetFlag(fs, option)
}

// fileSystems lists the types of file system to try, in LXC's order: those that
// /etc/filesystems names, as mount(8) does, then those of the kernel that live on a
// device (proc(5), filesystems).
func fileSystems() ([]string, error) {
	var types []string
	for _, file := range [...]string{"/etc/filesystems", "/proc/filesystems"} {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) == 1 && fields[0] != "*" && fields[0][0] != '#' {
				types = append(types, fields[0])
			}
		}
	}
	return types, nil
}

// hasPartitions reports whether a device begins with a partition table, by the
// signature of a master boot record; a GUID partition table has one in front.
func hasPartitions(device string) bool {
	f, err := os.Open(device)
	if err != nil {
		return false
	}
	defer f.Close()
	var record [512]byte
	if _, err := f.ReadAt(record[:], 0); err != nil || record[510] != 0x55 || record[511] != 0xaa {
		return false
	}
	for entry := 446; entry < 510; entry += 16 {
		if kind := record[entry+4]; kind != 0 {
			return true
		}
	}
	return false
}
