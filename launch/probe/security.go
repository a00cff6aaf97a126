//go:build linux

package probe

import (
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile/plan"
)

// The security modules, as LXC calls them.
const (
	apparmor = "apparmor"
	selinux  = "selinux"
)

// lsm is the security module LXC would use: AppArmor when it is enabled, else
// SELinux when its file system is mounted and it is configured (selinux(8)).
func (h host) lsm() string {
	switch {
	case strings.HasPrefix(h.text("sys/module/apparmor/parameters/enabled"), "Y"):
		return apparmor
	case h.exists("sys/fs/selinux/enforce") && h.exists("etc/selinux/config"):
		return selinux
	}
	return ""
}

// apparmorFS is where the kernel shows AppArmor: below securityfs.
const apparmorFS = "sys/kernel/security/apparmor"

// unconfined is the label of who runs under no profile.
const unconfined = "unconfined"

// label is the caller's own, "NAME" of "NAME (enforce)".
func (h host) label() string {
	label, _, _ := strings.Cut(strings.TrimSpace(h.text("proc/self/attr/current")), " ")
	return label
}

// apparmor tells what AppArmor can do for the caller.
func (h host) apparmor(c plan.CallerFacts) plan.AppArmorFacts {
	return plan.AppArmorFacts{
		Label: h.label(),
		Mount: h.exists(apparmorFS + "/features/mount"),
		// A container's policy below another container's is one floor too many:
		// the kernel has the room, but LXC does not ask for it.
		Stacking: h.says(apparmorFS+"/features/domain/stack", "yes") && !h.says(apparmorFS+"/.ns_stacked", "yes"),
		Loading:  c.Has("CAP_MAC_ADMIN") && h.exists(apparmorFS+"/.replace"),
		Parser:   h.find("apparmor_parser"),
	}
}

func (h host) says(name, word string) bool { return strings.TrimSpace(h.text(name)) == word }

// find finds a program where an administrator's shell does: in PATH and in the
// directories of system programs, which an ordinary user's PATH lacks.
func (h host) find(name string) string {
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		info, err := os.Stat(filepath.Join(h.root, dir, name))
		if dir != "" && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return filepath.Join(dir, name)
		}
	}
	return ""
}

// profiles tells which of some AppArmor profiles are loaded. Each is a directory
// below policy/profiles, called by its name with slashes replaced and a number.
func (h host) profiles(names []string) []plan.Profile {
	dir := filepath.Join(h.root, apparmorFS, "policy/profiles")
	entries, err := os.ReadDir(dir)
	states := make([]plan.Profile, 0, len(names))
	for _, name := range names {
		state := plan.ProfileMissing
		if err != nil {
			state = plan.ProfileHidden
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), mangled(name)+".") && h.says(filepath.Join(apparmorFS, "policy/profiles", e.Name(), "name"), name) {
				state = plan.ProfileLoaded
			}
		}
		states = append(states, plan.Profile{Name: name, State: state})
	}
	return states
}

// mangled is a profile's name as the kernel makes a directory's of it.
func mangled(name string) string {
	return strings.ReplaceAll(strings.TrimLeft(name, "/"), "/", ".")
}
