//go:build linux

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// packages are the packages of Debian that bring the programs a launch may run.
var packages = map[string]string{
	"apparmor_parser": "apparmor",
	"ip":              "iproute2",
	"iw":              "iw",
	"losetup":         "mount",
	"lxc-user-nic":    "lxc",
	"mkfs.btrfs":      "btrfs-progs",
	"mkfs.ext4":       "e2fsprogs",
	"mkfs.xfs":        "xfsprogs",
	"newgidmap":       "uidmap",
	"newuidmap":       "uidmap",
	"ovs-vsctl":       "openvswitch-switch",
	"qemu-nbd":        "qemu-utils",
	"rbd":             "ceph-common",
	"zfs":             "zfsutils-linux",
}

// program looks for an installed program.
func (e *examiner) program(r plan.Requirement) {
	if found(r.Object) {
		return
	}
	help := "Install it."
	if name, ok := packages[r.Object]; ok {
		help = fmt.Sprintf("Install it: `apt install %s`, or the package of your distribution that has it.", name)
	}
	e.missing(r, "host/program", fmt.Sprintf("the program %q is not installed", r.Object), help)
}

// found reports whether a program is on the path, or where administrators' are.
func found(name string) bool {
	if _, err := exec.LookPath(name); err == nil || strings.Contains(name, "/") {
		return err == nil
	}
	for _, dir := range [...]string{"/usr/local/sbin/", "/usr/sbin/", "/sbin/"} {
		if unix.Access(dir+name, unix.X_OK) == nil {
			return true
		}
	}
	return false
}

// command looks for the program of a command line. What only a shell can tell is
// left to it.
func (e *examiner) command(r plan.Requirement) {
	fields := strings.Fields(r.Object)
	if len(fields) == 0 || strings.ContainsAny(fields[0], "\"'$`\\;&|<>(){}*?[]~=") {
		return
	}
	name := fields[0]
	if !strings.Contains(name, "/") {
		if !found(name) {
			e.missing(r, "host/command", fmt.Sprintf("the program %q is not on the path", name), "Write its whole path, or install it.")
		}
		return
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.missing(r, "host/command", fmt.Sprintf("%q does not exist%s", name, existing(name)), "Correct the path, or put the program there.")
	case err != nil:
		e.reportf("host/command", Info, "Look as root.", "%q cannot be looked at: %v", name, errno(err))
	case info.IsDir():
		e.reportf("host/command", Error, "Name the program in it.", "%q is a directory and no program", name)
	case info.Mode()&0o111 == 0 || unix.Access(name, unix.X_OK) != nil:
		e.reportf("host/command", Error, fmt.Sprintf("Make it executable: `chmod +x %s`.", name), "%q may not be executed", name)
	default:
		e.interpreter(name)
	}
}

// interpreter looks whether a script says what runs it, and whether that is there
// (execve(2)).
func (e *examiner) interpreter(name string) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	head := make([]byte, 256)
	n, _ := f.Read(head) // an empty file is told of as one
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	rest, isScript := strings.CutPrefix(line, "#!")
	switch fields := strings.Fields(rest); {
	case isScript && len(fields) > 0:
		if strings.HasSuffix(fields[0], "\r") || strings.HasSuffix(line, "\r") {
			e.reportf("host/command", Error, fmt.Sprintf("Remove the carriage returns: `sed -i 's/\\r$//' %s`.", name), "the first line of %q ends in a carriage return, which becomes part of the interpreter's name", name)
		} else if _, err := os.Stat(fields[0]); err != nil {
			e.reportf("host/command", Error, "Install it, or correct the first line.", "%q is to be run by %q, which does not exist", name, fields[0])
		}
	case isScript, !strings.HasPrefix(line, "\x7fELF"):
		e.reportf("host/command", Warning, "Begin it with a line such as `#!/bin/sh`.", "%q does not say what runs it: a shell takes it for a script of its own", name)
	}
}
