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

// target is the container's init, and what is to be known of it to be where it is.
type target struct {
	init *os.File // pidfd
	pid  int
	root *os.File // its root directory

	others   plan.NamespaceSet // those of its namespaces that are not the caller's
	bounding uint64            // capabilities that it can have
	filters  int               // seccomp filters that hold it
	own      plan.Identity     // the container's root in its user namespace, or init where there is none
	onHost   [2]uint32         // ids of that root as the caller sees them
	deny     bool              // nobody may change groups there (user_namespaces(7), setgroups)
}

// proc is a file of init's directory in the caller's /proc.
func (t *target) proc(name string) string { return fmt.Sprintf("/proc/%d/%s", t.pid, name) }

// lookAt looks at the init of a container. What was read is init's: it is alive afterwards.
func lookAt(peer command.Peer) (t *target, err error) {
	t = &target{}
	if t.init, t.pid, err = peer.OpenInit(); err != nil {
		return nil, err
	}
	if err = t.read(); err == nil && !command.Alive(t.init) {
		err = command.ErrNotRunning
	}
	if err == nil {
		return t, nil
	}
	alive := command.Alive(t.init)
	t.close()
	switch {
	case !alive:
		return nil, command.ErrNotRunning
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: who attaches has to be root, or who has started the container", err)
	}
	return nil, err
}

func (t *target) close() {
	t.init.Close()
	if t.root != nil {
		t.root.Close()
	}
}

func (t *target) read() (err error) {
	if t.others, err = t.readNamespaces(); err != nil {
		return err
	}
	status, err := statusOf(t.proc("status"))
	if err != nil {
		return err
	}
	if t.bounding, err = strconv.ParseUint(status["CapBnd"], 16, 64); err != nil {
		return fmt.Errorf("read the bounding set of the container's init: %w", err)
	}
	t.filters = filtersOf(status)
	if err := t.readIDs(status); err != nil {
		return err
	}
	fd, err := unix.Open(t.proc("root"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: t.proc("root"), Err: err}
	}
	t.root = os.NewFile(uintptr(fd), "/")
	return nil
}

// readNamespaces compares init's namespaces with the caller's (namespaces(7)).
func (t *target) readNamespaces() (plan.NamespaceSet, error) {
	var others []plan.Namespace
	for _, ns := range plan.Namespaces() {
		mine, err := os.Stat(filepath.Join("/proc/self/ns", string(ns)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // this kernel has none of that kind
		}
		if err != nil {
			return plan.NamespaceSet{}, err
		}
		theirs, err := os.Stat(t.proc("ns/" + string(ns)))
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
func (t *target) readIDs(status map[string]string) error {
	for _, kind := range [...]struct {
		file, ids       string
		inside, outside *uint32
	}{{"uid_map", "Uid", &t.own.UID, &t.onHost[0]}, {"gid_map", "Gid", &t.own.GID, &t.onHost[1]}} {
		ranges, err := readMap(t.proc(kind.file))
		if err != nil {
			return err
		}
		*kind.inside, *kind.outside = rootOf(ranges, status[kind.ids])
	}
	t.deny = deniesGroups(t.proc("setgroups"))
	return nil
}

// deniesGroups tells whether nobody may change his groups in a user namespace.
func deniesGroups(file string) bool {
	text, err := os.ReadFile(file)
	return err == nil && strings.TrimSpace(string(text)) == "deny"
}

// filtersOf is how many seccomp filters hold a process (Linux 5.9).
func filtersOf(status map[string]string) int {
	n, _ := strconv.Atoi(status["Seccomp_filters"])
	return n
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
func (t *target) label(lsm string) (string, error) {
	file := "attr/current"
	if lsm == "apparmor" {
		if _, err := os.Stat(t.proc("attr/apparmor")); err == nil {
			file = "attr/apparmor/current" // Linux 5.1
		}
	}
	text, err := os.ReadFile(t.proc(file))
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
