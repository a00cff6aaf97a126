//go:build linux

package command

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/epoll"
)

// unified is how LXC and lxcfg call the hierarchy of cgroup v2.
const unified = "unified"

// The types of hierarchies that can be asked for (statfs(2)).
const (
	anyHierarchy     = 0
	cgroup1Hierarchy = unix.CGROUP_SUPER_MAGIC
	cgroup2Hierarchy = unix.CGROUP2_SUPER_MAGIC
)

// layout is how the host's cgroups are mounted, in LXC's numbers.
func (c Container) layout() uint32 {
	const legacy, hybrid, pure = 0, 1, 2
	versions := map[int]bool{}
	for _, cg := range c.Cgroups {
		versions[cg.Version] = true
	}
	switch {
	case versions[2] && versions[1]:
		return hybrid
	case versions[2]:
		return pure
	}
	return legacy
}

// utilities are what a host with nothing but cgroup v2 has beside the controllers, in
// LXC's bits: eBPF programs for devices, and a freezer.
func (c Container) utilities() uint32 {
	const devices, freezer, pure = 1, 2, 2
	if c.layout() != pure {
		return 0
	}
	return devices | freezer
}

// cgroup finds the one of a controller; of none, that of v2 or else any.
func (c Container) cgroup(controller string) (cg Cgroup, ok bool) {
	for _, cg := range c.Cgroups {
		switch {
		case controller == "" && cg.Version == 2, controller == cg.Hierarchy, strings.TrimPrefix(cg.Hierarchy, "name=") == controller:
			return cg, true
		case cg.Version == 1 && slices.Contains(strings.Split(cg.Hierarchy, ","), controller):
			return cg, true
		case cg.Version == 2 && cg.controls(controller, c.utilities() != 0):
			return cg, true
		}
	}
	if controller == "" && len(c.Cgroups) > 0 {
		return c.Cgroups[0], true
	}
	return Cgroup{}, false
}

// controls tells whether a v2 cgroup has a controller. Devices and the freezer are none
// there, but are asked for by these names.
func (cg Cgroup) controls(controller string, pure bool) bool {
	if controller == "devices" || controller == "freezer" {
		return pure
	}
	text, err := os.ReadFile(filepath.Join(cg.Mount, cg.Limit, "cgroup.controllers"))
	return err == nil && slices.Contains(strings.Fields(string(text)), controller)
}

// open opens the directory of the cgroup.
func (cg Cgroup) open(limit bool) (int, error) {
	dir := cg.Inner
	if limit {
		dir = cg.Limit
	}
	return unix.Open(filepath.Join(cg.Mount, dir), unix.O_DIRECTORY|unix.O_PATH|unix.O_CLOEXEC, 0)
}

// isAboutLimit tells which of the two cgroups a request is about.
func isAboutLimit(number uint32) bool {
	return number == getLimitCgroup || number == getLimitCgroupFD || number == getLimitCgroup2FD
}

// tellCgroup tells the path of the cgroup below its hierarchy.
func (s *Server) tellCgroup(_ *connection, r request) reply {
	cg, ok := s.container.cgroup(r.text())
	switch {
	case !ok:
		return reply{silent: true}
	case isAboutLimit(r.number):
		return textReply(cg.Limit)
	}
	return textReply(cg.Inner)
}

// openCgroup2 opens the cgroup of v2, on a host that has no other hierarchies.
func (s *Server) openCgroup2(_ *connection, r request) reply {
	const pure = 2
	cg, ok := s.container.cgroup(unified)
	if !ok || s.container.layout() != pure {
		return refusal(unix.EINVAL)
	}
	return openReply(cg, isAboutLimit(r.number), nil)
}

func openReply(cg Cgroup, limit bool, data []byte) reply {
	fd, err := cg.open(limit)
	if err != nil {
		return refusal(errnoOf(err))
	}
	return reply{given: []int{fd}, data: data}
}

// openCgroup opens one cgroup. It takes and gives a struct cgroup_fd: layout, utilities,
// type of the hierarchy, descriptor, controller.
func (s *Server) openCgroup(_ *connection, r request) reply {
	const controllerAt = 16
	name := r.data[controllerAt : controllerAt+cgroupController]
	if bytes.IndexByte(name, 0) < 0 {
		return refusal(unix.EINVAL)
	}
	controller, hierarchy := unix.ByteSliceToString(name), r.int32(8)
	if controller == "" && hierarchy == cgroup2Hierarchy {
		controller = unified
	}
	cg, ok := s.container.cgroup(controller)
	kind := int32(cgroup1Hierarchy)
	if cg.Version == 2 {
		kind = cgroup2Hierarchy
	}
	switch {
	case !ok:
		return refusal(unix.ENOENT)
	case hierarchy != anyHierarchy && hierarchy != kind:
		return refusal(unix.EINVAL)
	}
	data := binary.NativeEndian.AppendUint32(nil, s.container.layout())
	data = binary.NativeEndian.AppendUint32(data, s.container.utilities())
	data = binary.NativeEndian.AppendUint32(data, uint32(kind))
	data = binary.NativeEndian.AppendUint32(data, 0) // the client puts its own there
	return openReply(cg, isAboutLimit(r.number), append(data, name...))
}

// openCgroups opens the cgroups of all hierarchies, for who enters the container. It gives
// a struct cgroup_ctx: layout, utilities, number of descriptors, the descriptors.
func (s *Server) openCgroups(*connection, request) reply {
	var r reply
	for _, cg := range s.container.Cgroups {
		if len(r.given) == maxDescriptors {
			break
		}
		fd, err := cg.open(false)
		if err != nil {
			closeAll(r.given)
			return refusal(errnoOf(err))
		}
		r.given = append(r.given, fd)
	}
	if len(r.given) == 0 {
		return refusal(unix.ENOENT)
	}
	r.data = binary.NativeEndian.AppendUint32(nil, s.container.layout())
	r.data = binary.NativeEndian.AppendUint32(r.data, s.container.utilities())
	r.data = binary.NativeEndian.AppendUint32(r.data, uint32(len(r.given)))
	r.data = append(r.data, make([]byte, cgroupContextSize-len(r.data))...)
	return r
}

// freezeCheck is how often it is looked whether the container is frozen. It is at once,
// unless a process sleeps in the kernel.
const freezeCheck = 10 * time.Millisecond

// freeze stops all processes of the container, on a host that has only cgroup v2. The
// number that comes along is how many seconds that may take, less than 0 for ever.
func (s *Server) freeze(c *connection, r request) reply { return s.setFrozen(c, r, true) }

// unfreeze lets them go on.
func (s *Server) unfreeze(c *connection, r request) reply { return s.setFrozen(c, r, false) }

func (s *Server) setFrozen(c *connection, r request, frozen bool) reply {
	cg, ok := s.container.cgroup(unified)
	if !ok || s.container.utilities() == 0 {
		return refusal(unix.ENOENT)
	}
	value, on, after := "0", Thawed, Running
	if frozen {
		value, on, after = "1", Freezing, Frozen
	}
	dir := filepath.Join(cg.Mount, cg.Limit)
	if err := os.WriteFile(filepath.Join(dir, "cgroup.freeze"), []byte(value), 0); err != nil {
		return refusal(errnoOf(err))
	}
	s.SetState(on)
	deadline := time.Time{}
	if seconds := int32(r.value); seconds >= 0 {
		deadline = time.Now().Add(time.Duration(seconds) * time.Second)
	}
	var timer *epoll.Timer
	var look func()
	look = func() {
		events, err := os.ReadFile(filepath.Join(dir, "cgroup.events"))
		switch {
		case err != nil:
			s.answer(c, refusal(errnoOf(err)))
		case slices.Contains(strings.Split(string(events), "\n"), "frozen "+value):
			s.SetState(after)
			s.answer(c, reply{})
		case !deadline.IsZero() && time.Now().After(deadline):
			s.answer(c, refusal(unix.ETIMEDOUT))
		default:
			timer = s.loop.After(freezeCheck, look)
		}
	}
	timer = s.loop.After(0, look)
	c.ended = func() { s.loop.Cancel(timer) }
	return reply{silent: true, keep: stays}
}

// thaw lets the processes of a frozen container go on, so that they can end.
func (s *Server) thaw() error {
	var all error
	for _, cg := range s.container.Cgroups {
		dir := filepath.Join(cg.Mount, cg.Limit)
		var err error
		switch {
		case cg.Version == 1 && slices.Contains(strings.Split(cg.Hierarchy, ","), "freezer"):
			err = os.WriteFile(filepath.Join(dir, "freezer.state"), []byte("THAWED"), 0)
		case cg.Version == 2:
			err = os.WriteFile(filepath.Join(dir, "cgroup.freeze"), []byte("0"), 0)
		}
		if !errors.Is(err, os.ErrNotExist) { // the container may have ended already
			all = errors.Join(all, err)
		}
	}
	return all
}
