//go:build linux

package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/remains"
)

// target looks for what a step mounts on, where nothing makes it.
func (e *examiner) target(r plan.Requirement) {
	if r.Lenient || r.Create != plan.CreateNothing || r.Object == "/" {
		return
	}
	there, known := e.inContainer(r.Object, unix.RESOLVE_NO_SYMLINKS)
	switch {
	case !known:
	case errors.Is(there, unix.ELOOP):
		e.reportf("host/target", Error, "Write where the link leads to: the launch follows none, as the container could lay them.", "%q leads over a symbolic link of the container", r.Object)
	case there != nil:
		e.missing(r, "host/target", fmt.Sprintf("the container has no %q to mount on", r.Object), "Make it in the rootfs, or have the launch make it: add create=dir or create=file to the options of the line.")
	}
}

// init looks for the program that becomes init.
func (e *examiner) init(r plan.Requirement) {
	e.programInside(r, "host/init", "Name the program it has with lxc.init.cmd, or give a command behind `--`.")
}

// inside looks for another program of the container.
func (e *examiner) inside(r plan.Requirement) {
	e.programInside(r, "host/command", "Put the program into the rootfs, or correct the path.")
}

// programInside looks for a program of the container that the kernel can execute.
func (e *examiner) programInside(r plan.Requirement, code, help string) {
	for name := range strings.SplitSeq(r.Object, "\n") {
		path := e.followed(name)
		there, known := e.inContainer(path, 0)
		switch {
		case !known:
			return
		case there == nil:
			e.fileInside(code, name, path)
			return
		}
	}
	e.missing(r, code, fmt.Sprintf("the container has no %q", strings.ReplaceAll(r.Object, "\n", `" or "`)), help)
}

// fileInside looks whether the kernel can execute a program, which is at a path without
// links.
func (e *examiner) fileInside(code, name, path string) {
	p := e.placeOf(path)
	fd, err := p.open(0)
	if err != nil {
		return // it is of a file system that is not there yet
	}
	defer unix.Close(fd)
	e.executes(file{code: code, whose: "the container's ", name: name, at: filepath.Join(p.dir, p.rest), fd: fd}, func(runner string) bool {
		there, known := e.inContainer(e.followed(runner), 0)
		return !known || there == nil
	})
}

// place is where a path of the container is to be found, after the steps so far.
type place struct {
	dir   string // directory of the host, empty where nobody can tell
	rest  string // the path below it
	mount bool   // something is mounted at the very path
	empty bool   // on a file system that holds nothing but what steps have made
}

func (e *examiner) placeOf(path string) place {
	p := place{dir: e.rootfs, rest: path}
	for _, m := range e.mounts {
		below, isBelow := strings.CutPrefix(path, strings.TrimSuffix(m.target, "/")+"/")
		switch {
		case path == m.target:
			p = place{dir: m.source, rest: "/", mount: true}
		case isBelow:
			p = place{dir: m.source, rest: "/" + below, empty: m.empty}
		}
	}
	return p
}

// open opens what is at a place, without looking at it.
func (p place) open(resolve uint64) (fd int, err error) {
	if p.dir == "" {
		return -1, unix.ENOENT
	}
	// A file may be mounted on a file.
	if p.rest == "/" {
		return unix.Open(p.dir, unix.O_PATH|unix.O_CLOEXEC, 0)
	}
	root, err := unix.Open(p.dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS | resolve}
	return unix.Openat2(root, strings.TrimPrefix(p.rest, "/"), &how)
}

// inContainer looks for a path of the container as it will be after the steps so far.
// known is false where nobody can tell: on a file system that is not there yet.
func (e *examiner) inContainer(path string, resolve uint64) (err error, known bool) {
	p := e.placeOf(path)
	switch {
	case p.mount, e.made[path]:
		return nil, true
	case p.empty:
		return unix.ENOENT, true
	case p.dir == "" || unix.Access(p.dir, unix.F_OK) != nil: // which is told elsewhere
		return nil, false
	}
	fd, err := p.open(resolve)
	if err != nil {
		return err, !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.ENOSYS)
	}
	unix.Close(fd)
	return nil, true
}

// followed is the path that symbolic links of the container lead to. They may lead onto
// what a step has mounted, so the kernel cannot follow them in the rootfs alone.
func (e *examiner) followed(path string) string {
	done, todo := "/", strings.Split(path, "/")
	for links := 0; len(todo) > 0; {
		next := filepath.Join(done, todo[0])
		todo = todo[1:]
		to := e.linkTo(next)
		switch {
		case to == "":
			done = next
			continue
		case links == 40: // where the kernel gives up (path_resolution(7))
			return path
		case filepath.IsAbs(to):
			done = "/"
		}
		links++
		todo = append(strings.Split(to, "/"), todo...)
	}
	return done
}

// linkTo is what a symbolic link of the container says, empty for anything else.
func (e *examiner) linkTo(path string) string {
	p := e.placeOf(path)
	if p.dir == "" || p.rest == "/" {
		return ""
	}
	to, err := os.Readlink(filepath.Join(p.dir, p.rest))
	if err != nil {
		return ""
	}
	return to
}

// running looks whether a container of the name is up: LXC's monitor listens on an
// abstract socket.
func (e *examiner) running() {
	if e.runs(e.plan.Container()) {
		e.reportf("host/running", Warning, fmt.Sprintf("Stop it first: `lxc-stop -n %s`.", e.plan.Container()), "the container %q is running", e.plan.Container())
	}
}

// container looks whether another container is up, whose namespaces are to be shared.
func (e *examiner) container(r plan.Requirement) {
	if !e.runs(r.Object) {
		e.missing(r, "host/not-running", fmt.Sprintf("the container %q is not running", r.Object),
			fmt.Sprintf("Start it first: `lxc-start -n %s`. The name stands for a container in %s.", r.Object, e.plan.LXCPath()))
	}
}

// runs reports whether somebody listens at the command socket of a container.
func (e *examiner) runs(name string) bool {
	socket := command.Address(e.plan.LXCPath(), name)
	for line := range strings.Lines(read("/proc/net/unix")) {
		if fields := strings.Fields(line); len(fields) > 7 && fields[len(fields)-1] == socket {
			return true
		}
	}
	return false
}

// leftCgroup is a cgroup that is there already.
type leftCgroup struct {
	dir   string
	step  *plan.Step
	exact bool
	used  bool
}

// cgroup looks whether the name of the payload's cgroup is taken. A host may have ten
// hierarchies, so what is found is told at the end, together.
func (e *examiner) cgroup(r plan.Requirement) {
	for _, t := range e.left {
		if t.Kind == remains.Cgroup && t.Words[0] == r.Object {
			return // told with the rest of it
		}
	}
	if _, err := os.Stat(r.Object); err == nil {
		e.cgroups = append(e.cgroups, leftCgroup{r.Object, e.step, r.Exact, populated(r.Object)})
	}
}

// populated reports whether there is a process in a cgroup or below it.
func populated(dir string) bool {
	found := false
	// What cannot be read counts as empty: nobody can be told more of it.
	_ = filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == "cgroup.procs" && strings.TrimSpace(read(name)) != "" {
			found = true
			return filepath.SkipAll
		}
		return nil
	})
	return found
}

// leftCgroups tells of the cgroups that are there already.
func (e *examiner) leftCgroups() {
	if len(e.cgroups) == 0 {
		return
	}
	first := e.cgroups[0]
	exact, used := false, false
	var dirs []string
	for _, c := range e.cgroups {
		exact, used = exact || c.exact, used || c.used
		dirs = append(dirs, c.dir)
	}
	e.step = first.step
	more := ""
	if len(dirs) > 1 {
		more = fmt.Sprintf(" (and in %d other hierarchies)", len(dirs)-1)
	}
	severity, consequence := Warning, "the container's will be called "+filepath.Base(first.dir)+"-1"
	if exact {
		severity, consequence = Error, "and the configuration allows no other name"
	}
	if used {
		e.reportf("host/cgroup-used", severity, "A container of this name is running, or something else has taken the name: `systemd-cgls` shows the processes.",
			"the cgroup %q%s has processes: %s", first.dir, more, consequence)
		return
	}
	e.reportf("host/cgroup-left", severity, fmt.Sprintf("Remove it: `find %s -depth -type d -exec rmdir {} \\;`.", strings.Join(dirs, " ")),
		"the cgroup %q%s is left of a container that has ended: %s", first.dir, more, consequence)
}

// image looks whether a loop device has an image attached already: it is in use, or
// left of a launcher that was killed.
func (e *examiner) image(r plan.Requirement) {
	devices, _ := filepath.Glob("/sys/block/loop*/loop/backing_file") // the pattern is right
	for _, backing := range devices {
		if strings.TrimSpace(read(backing)) != r.Object {
			continue
		}
		device := "/dev/" + strings.Split(backing, "/")[3]
		if hasWord(read("/proc/mounts"), device) {
			e.reportf("host/image", Warning, "Two that write to one file system destroy it.", "the image %q is mounted already, through %s", r.Object, device)
			continue
		}
		e.reportf("host/image", Warning, fmt.Sprintf("Detach it: `losetup -d %s`.", device), "the image %q is left attached to %s", r.Object, device)
	}
}
