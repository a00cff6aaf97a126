//go:build linux

package probe

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// caller describes who starts the container.
func (h host) caller() plan.CallerFacts {
	c := plan.CallerFacts{
		UID:      uint32(os.Geteuid()),
		GID:      uint32(os.Getegid()),
		InUserNS: h.inUserNamespace(),
		Confined: strings.Trim(h.seccompMode(), "0") != "",
	}
	c.Capabilities = plan.ListOf(h.capabilities()...)
	if c.InUserNS {
		c.OwnUIDs = plan.ListOf(h.ownIDs("proc/self/uid_map")...)
		c.OwnGIDs = plan.ListOf(h.ownIDs("proc/self/gid_map")...)
	}
	c.NoUserNS = h.forbidsUserNamespaces(c.Root())
	if c.Root() {
		return c // root maps ids itself and needs no grant
	}
	c.User = h.userName(c.UID)
	c.NewIDMap = h.privileged("newuidmap") && h.privileged("newgidmap")
	c.SubUIDs = plan.ListOf(h.subIDs("etc/subuid", c.User, c.UID)...)
	c.SubGIDs = plan.ListOf(h.subIDs("etc/subgid", c.User, c.UID)...)
	c.UserNIC = h.userNIC()
	c.NICGrants = plan.ListOf(h.nicGrants(c.User, h.groupNames())...)
	if bus := h.userBus(os.Getenv("XDG_RUNTIME_DIR"), os.Getenv("DBUS_SESSION_BUS_ADDRESS")); bus != "" {
		cgroup := fmt.Sprintf("sys/fs/cgroup/user.slice/user-%[1]d.slice/user@%[1]d.service", c.UID)
		c.Systemd = plan.UserSystemd{Bus: bus, Controllers: plan.ListOf(strings.Fields(h.text(cgroup + "/cgroup.controllers"))...)}
	}
	return c
}

// ownIDs reads the ids that exist in the caller's user namespace
// (user_namespaces(7)).
func (h host) ownIDs(file string) []plan.SubIDs {
	var ranges []plan.SubIDs
	for line := range strings.Lines(h.text(file)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue
		}
		first, err1 := strconv.ParseUint(f[0], 10, 32)
		count, err2 := strconv.ParseUint(f[2], 10, 32)
		if err1 == nil && err2 == nil {
			ranges = append(ranges, plan.SubIDs{First: uint32(first), Count: uint32(count)})
		}
	}
	return ranges
}

// userNamespaceSettings are those that can keep the caller from making user
// namespaces, and what they say then.
var userNamespaceSettings = [...]struct {
	name, value string
	root        bool   // it is about root too
	label       string // it is about who has this AppArmor label
}{
	{name: "user.max_user_namespaces", value: "0", root: true}, // namespaces(7)
	{name: "kernel.unprivileged_userns_clone", value: "0"},     // Debian's kernel
	// Ubuntu's: the namespace is made, without capabilities in it. A profile may allow more.
	{name: "kernel.apparmor_restrict_unprivileged_userns", value: "1", label: unconfined},
}

// forbidsUserNamespaces returns the setting that does, empty for none.
func (h host) forbidsUserNamespaces(root bool) string {
	for _, s := range userNamespaceSettings {
		if (root && !s.root) || !h.says("proc/sys/"+strings.ReplaceAll(s.name, ".", "/"), s.value) {
			continue
		}
		if s.label == "" || h.label() == s.label {
			return s.name + " = " + s.value
		}
	}
	return ""
}

// userBus finds the message bus of the user's own systemd: its socket, where that
// systemd has its directory beside it.
func (h host) userBus(runtimeDir, address string) string {
	if runtimeDir == "" || !h.exists(filepath.Join(runtimeDir, "systemd")) {
		return ""
	}
	socket := filepath.Join(runtimeDir, "bus")
	for _, a := range strings.Split(address, ";") {
		rest, isPath := strings.CutPrefix(a, "unix:path=")
		if path, _, _ := strings.Cut(rest, ","); isPath && !strings.Contains(path, "%") {
			socket = path
			break
		}
	}
	if !h.exists(socket) {
		return ""
	}
	return socket
}

// inUserNamespace reports whether ids here are not the host's: the initial
// namespace maps all of them onto themselves.
func (h host) inUserNamespace() bool {
	fields := strings.Fields(h.text("proc/self/uid_map"))
	return len(fields) != 3 || fields[0] != "0" || fields[1] != "0" || fields[2] != "4294967295"
}

// capabilityNames are those whose absence changes a plan, by number.
var capabilityNames = [...]struct {
	number uint
	name   string
}{
	{unix.CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
	{unix.CAP_MKNOD, "CAP_MKNOD"},
	{unix.CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	{unix.CAP_SETUID, "CAP_SETUID"},
	{unix.CAP_SETGID, "CAP_SETGID"},
	{unix.CAP_MAC_ADMIN, "CAP_MAC_ADMIN"},
}

// capabilities lists the caller's effective capabilities that matter to a plan.
func (h host) capabilities() []string {
	var names []string
	bits, err := strconv.ParseUint(h.status("CapEff:"), 16, 64)
	if err != nil {
		return nil
	}
	for _, c := range capabilityNames {
		if bits&(1<<c.number) != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// seccompMode is what holds the caller: "0" for nothing, "2" for a filter, empty on
// a kernel without seccomp(2).
func (h host) seccompMode() string { return h.status("Seccomp:") }

// status is the value of a line of /proc/self/status, empty without the line
// (proc_pid_status(5)).
func (h host) status(name string) string {
	for line := range strings.Lines(h.text("proc/self/status")) {
		if value, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// userName finds the login name of a uid in /etc/passwd, as newuidmap does.
func (h host) userName(uid uint32) string {
	for line := range strings.Lines(h.text("etc/passwd")) {
		if f := strings.Split(line, ":"); len(f) > 2 && f[2] == strconv.FormatUint(uint64(uid), 10) {
			return f[0]
		}
	}
	return strconv.FormatUint(uint64(uid), 10)
}

// privileged reports whether a helper is installed with what it needs: the
// set-user-ID bit, or a file capability.
func (h host) privileged(program string) bool {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if installed, privileged := h.program(filepath.Join(dir, program)); installed {
			return privileged
		}
	}
	return false
}

// program looks at a program: whether it is there, and whether it has the
// set-user-ID bit or a file capability.
func (h host) program(path string) (installed, privileged bool) {
	name := filepath.Join(h.root, path)
	info, err := os.Stat(name)
	if err != nil {
		return false, false
	}
	if info.Mode()&os.ModeSetuid != 0 {
		return true, true
	}
	_, err = unix.Getxattr(name, "security.capability", nil)
	return true, err == nil
}

// subIDs reads the ranges that a file gives a user, by name or by number
// (subuid(5)).
func (h host) subIDs(file, user string, uid uint32) []plan.SubIDs {
	var ranges []plan.SubIDs
	for line := range strings.Lines(h.text(file)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) != 3 || f[0] != user && f[0] != strconv.FormatUint(uint64(uid), 10) {
			continue
		}
		first, err1 := strconv.ParseUint(f[1], 10, 32)
		count, err2 := strconv.ParseUint(f[2], 10, 32)
		if err1 == nil && err2 == nil {
			ranges = append(ranges, plan.SubIDs{First: uint32(first), Count: uint32(count)})
		}
	}
	return ranges
}
