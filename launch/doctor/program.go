//go:build linux

package doctor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// packages are the packages of Debian that bring the programs a launch may run.
var packages = [...]struct{ program, name string }{
	{"apparmor_parser", "apparmor"},
	{"ip", "iproute2"},
	{"iw", "iw"},
	{"losetup", "mount"},
	{"lxc-user-nic", "lxc"},
	{"mkfs.btrfs", "btrfs-progs"},
	{"mkfs.ext4", "e2fsprogs"},
	{"mkfs.xfs", "xfsprogs"},
	{"newgidmap", "uidmap"},
	{"newuidmap", "uidmap"},
	{"ovs-vsctl", "openvswitch-switch"},
	{"qemu-nbd", "qemu-utils"},
	{"rbd", "ceph-common"},
	{"zfs", "zfsutils-linux"},
}

// program looks for an installed program.
func (e *examiner) program(r plan.Requirement) {
	if found(r.Object) {
		return
	}
	help := "Install it."
	for _, p := range packages {
		if p.program == r.Object {
			help = fmt.Sprintf("Install it: `apt install %s`, or the package of your distribution that has it.", p.name)
		}
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
	fd, err := unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err == nil {
		defer unix.Close(fd)
	}
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		e.missing(r, "host/command", fmt.Sprintf("%q does not exist%s", name, existing(name)), "Correct the path, or put the program there.")
	case err != nil:
		e.reportf("host/command", Info, "Look as root.", "%q cannot be looked at: %v", name, err)
	default:
		e.executes(file{code: "host/command", name: name, at: name, fd: fd}, func(runner string) bool {
			_, err := os.Stat(runner)
			return err == nil
		})
	}
}

// file is a program that a step executes.
type file struct {
	code  string // of what is found
	whose string // "the container's ", or nothing
	name  string // as the step has it
	at    string // its path on the host
	fd    int    // open, if only with O_PATH
}

// executes looks whether the kernel can execute a file. there says whether the program
// that runs it exists.
func (e *examiner) executes(f file, there func(runner string) bool) {
	x, ok := executableAt(f.fd)
	switch {
	case !ok:
	case x.directory:
		e.reportf(f.code, Error, "Name the program in it.", "%s%q is a directory and no program", f.whose, f.name)
	case x.barred:
		e.reportf(f.code, Error, fmt.Sprintf("Make it executable: `chmod +x %s`.", f.at), "%s%q may not be executed", f.whose, f.name)
	case x.carriage:
		e.reportf(f.code, Error, fmt.Sprintf("Remove the carriage returns: `sed -i 's/\\r$//' %s`.", f.at),
			"the first line of %s%q ends in a carriage return, which becomes part of the interpreter's name", f.whose, f.name)
	case x.runner != "" && !there(x.runner):
		e.reportf(f.code, Error, "Install it, or correct the file: the kernel calls the file itself missing.", "%s%q is run by %q, which is not there", f.whose, f.name, x.runner)
	case x.headless:
		e.reportf(f.code, Warning, "Begin it with a line such as `#!/bin/sh`.", "%s%q does not say what runs it: a shell takes it for a script of its own", f.whose, f.name)
	}
}
