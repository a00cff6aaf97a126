//go:build linux

package attach

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
)

// Container is a running container that is to be joined: its init, and what is to be known
// of that to be where it is.
type Container struct {
	peer command.Peer
	init *os.File // pidfd
	pid  int
	root *os.File // its root directory

	others   plan.NamespaceSet // those of its namespaces that are not the caller's
	bounding uint64            // capabilities that it can have
	own      plan.Identity     // the container's root in its user namespace, or init where there is none
	onHost   [2]uint32         // ids of that root as the caller sees them
	denied   bool              // nobody may change groups there (user_namespaces(7), setgroups)
}

// proc is a file of init's directory in the caller's /proc.
func (c *Container) proc(name string) string { return fmt.Sprintf("/proc/%d/%s", c.pid, name) }

// ErrFrozen says that nothing in the container runs.
var ErrFrozen = errors.New("the container is frozen")

// Find finds a container that runs. What is said of it is so: its init is alive afterwards.
//
// Where the container's root is the caller's, the program goes on as a copy of itself from
// here on (see seal). So it is to be called first of all.
func Find(peer command.Peer) (*Container, error) {
	if err := runs(peer); err != nil {
		return nil, err
	}
	c := &Container{peer: peer}
	var err error
	if c.init, c.pid, err = peer.OpenInit(); err != nil {
		return nil, err
	}
	// It may have rebooted meanwhile.
	if err = runs(peer); err == nil {
		err = c.read()
	}
	switch {
	case !command.Alive(c.init):
		err = command.ErrNotRunning
	case errors.Is(err, fs.ErrPermission):
		err = mayNot(err)
	case err == nil && !c.others.Has(plan.NamespaceUser):
		err = seal()
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// runs waits until a container that starts runs, as LXC does, and tells of others that
// they cannot be joined. One that starts shows the host's files still.
func runs(peer command.Peer) error {
	state, err := peer.Wait(0, command.Running, command.Thawed, command.Freezing, command.Frozen, command.Stopping, command.Aborting, command.Stopped)
	switch {
	case err != nil:
		return err
	case state == command.Freezing, state == command.Frozen:
		return ErrFrozen
	case state == command.Running, state == command.Thawed:
		return nil
	}
	return command.ErrNotRunning
}

// mayNot says who may attach.
func mayNot(err error) error {
	return fmt.Errorf("%w: who attaches has to be root, or who has started the container", err)
}

// Close lets go of it.
func (c *Container) Close() {
	c.init.Close()
	if c.root != nil {
		c.root.Close()
	}
}

func (c *Container) read() (err error) {
	if c.others, err = c.readNamespaces(); err != nil {
		return err
	}
	status, err := statusOf(c.proc("status"))
	if err != nil {
		return err
	}
	if c.bounding, err = strconv.ParseUint(status["CapBnd"], 16, 64); err != nil {
		return fmt.Errorf("read the bounding set of the container's init: %w", err)
	}
	if err := c.readIDs(status); err != nil {
		return err
	}
	fd, err := unix.Open(c.proc("root"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: c.proc("root"), Err: err}
	}
	c.root = os.NewFile(uintptr(fd), "/")
	return nil
}

// readNamespaces compares init's namespaces with the caller's (namespaces(7)).
func (c *Container) readNamespaces() (plan.NamespaceSet, error) {
	var others []plan.Namespace
	for _, ns := range plan.Namespaces() {
		mine, err := os.Stat(filepath.Join("/proc/self/ns", string(ns)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // this kernel has none of that kind
		}
		if err != nil {
			return plan.NamespaceSet{}, err
		}
		theirs, err := os.Stat(c.proc("ns/" + string(ns)))
		if err != nil {
			return plan.NamespaceSet{}, err
		}
		if !os.SameFile(mine, theirs) {
			others = append(others, ns)
		}
	}
	return plan.SetOf(others...), nil
}

// statusOf reads what the kernel tells of a process (proc_pid_status(5)).
func statusOf(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	fields := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields[name] = strings.TrimSpace(value)
		}
	}
	return fields, nil
}

// readIDs finds out who root is in init's user namespace. Where there is no root it is
// init's own user.
func (c *Container) readIDs(status map[string]string) error {
	for _, kind := range [...]struct {
		file, ids       string
		inside, outside *uint32
	}{{"uid_map", "Uid", &c.own.UID, &c.onHost[0]}, {"gid_map", "Gid", &c.own.GID, &c.onHost[1]}} {
		ranges, err := readMap(c.proc(kind.file))
		if err != nil {
			return err
		}
		*kind.inside, *kind.outside = rootOf(ranges, status[kind.ids])
	}
	c.denied = deniesGroups(c.proc("setgroups"))
	return nil
}

// deniesGroups tells whether nobody may change his groups in a user namespace.
func deniesGroups(file string) bool {
	text, err := os.ReadFile(file)
	return err == nil && strings.TrimSpace(string(text)) == "deny"
}

// idRange is a line of a map: ids inside, ids as the caller sees them.
type idRange struct{ inside, outside, count uint64 }

func readMap(file string) (ranges []idRange, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		var r idRange
		if n, _ := fmt.Sscan(line, &r.inside, &r.outside, &r.count); n == 3 {
			ranges = append(ranges, r)
		}
	}
	return ranges, nil
}

// rootOf finds id 0 in a map, else the one that init has: the first of "real effective
// saved fs".
func rootOf(ranges []idRange, ids string) (inside, outside uint32) {
	for _, r := range ranges {
		if r.inside == 0 && r.count > 0 {
			return 0, uint32(r.outside)
		}
	}
	first, _, _ := strings.Cut(ids, "\t")
	id, _ := strconv.ParseUint(first, 10, 32)
	for _, r := range ranges {
		if id >= r.outside && id-r.outside < r.count {
			return uint32(r.inside + id - r.outside), uint32(id)
		}
	}
	return 0, uint32(id)
}

// label is the one that init runs under, as a security module writes it; empty for none.
func (c *Container) label(lsm string) (string, error) {
	file := "attr/current"
	if lsm == "apparmor" {
		if _, err := os.Stat(c.proc("attr/apparmor")); err == nil {
			file = "attr/apparmor/current" // Linux 5.1
		}
	}
	text, err := os.ReadFile(c.proc(file))
	if err != nil {
		return "", err
	}
	label := strings.TrimRight(string(text), "\n\x00")
	if lsm == "apparmor" {
		if at := strings.LastIndex(label, " ("); at >= 0 && strings.HasSuffix(label, ")") {
			label = label[:at] // its mode, "(enforce)"
		}
		if label == "unconfined" {
			label = ""
		}
	}
	return label, nil
}
