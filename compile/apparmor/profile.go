// Package apparmor writes the AppArmor profile of a container that asks for a
// generated one.
//
// It means what LXC's generator means, and compiles to the same policy; a test
// compares the two. It says it in a tenth of the lines, because the parser works on
// the alternatives of one rule much faster than on as many rules.
package apparmor

import (
	"fmt"
	"slices"
	"strings"
)

// Options is what the profile of a container depends on.
type Options struct {
	Name             string   // of the profile
	Namespace        string   // of the policies the container may load below it, empty when it may load none
	CgroupNamespaces bool     // the kernel has them
	UserNamespace    bool     // the container's root is an ordinary user of the host
	Nesting          bool     // containers may run in the container
	Raw              []string // rules of the configuration, lxc.apparmor.raw
}

// Name is what LXC calls the profile of a container, and Namespace what it calls
// the container's policy namespace, which is a directory's name.
func Name(container, lxcPath string) string { return "lxc-" + container + "_<" + lxcPath + ">" }
func Namespace(container, lxcPath string) string {
	return strings.ReplaceAll(Name(container, lxcPath), "/", "-")
}

// Profile returns the text of a profile (apparmor.d(5)).
func Profile(o Options) string {
	p := &profile{}
	p.text.WriteString("#include <tunables/global>\n")
	fmt.Fprintf(&p.text, "profile %s flags=(attach_disconnected,mediate_deleted) {\n", quote(o.Name))
	p.base()
	p.mounts()
	p.kernelFiles()
	if o.CgroupNamespaces {
		p.section("cgroups of the container's own, in a cgroup namespace",
			"mount fstype=cgroup -> /sys/fs/cgroup/**", "mount fstype=cgroup2 -> /sys/fs/cgroup/**")
	}
	p.policies(o)
	if o.Nesting {
		p.nesting()
	}
	if o.UserNamespace {
		p.userNamespace()
	}
	if len(o.Raw) > 0 {
		p.comment("lxc.apparmor.raw")
		for _, rule := range o.Raw {
			p.text.WriteString("  " + rule + "\n")
		}
	}
	p.text.WriteString("}\n")
	return p.text.String()
}

// profile is a profile as it is written.
type profile struct{ text strings.Builder }

func (p *profile) comment(text string) { p.text.WriteString("\n  # " + text + "\n") }

// section writes rules under a comment that says what they are for.
func (p *profile) section(comment string, rules ...string) {
	p.comment(comment)
	for _, rule := range rules {
		p.text.WriteString("  " + rule + ",\n")
	}
}

// quote writes a name as one word.
func quote(name string) string { return `"` + name + `"` }

// base is what every process may do that lives in a container.
func (p *profile) base() {
	p.section("everything that namespaces and capabilities decide about", "capability", "dbus", "file", "network", "umount")
	p.section("signals from everywhere, and to the container itself", "signal (receive)", "signal peer=@{profile_name}")
	p.section("the host may look into the container and trace it; inside it may trace itself",
		"ptrace (readby)", "ptrace (tracedby)", "ptrace peer=@{profile_name}")
	p.section("unix sockets: whoever has one may send, and inside all is allowed", "unix (receive)", "unix peer=(label=@{profile_name})")
}

// hostTrees are the mounts whose parts must not appear elsewhere, where the rules
// about their paths would not hold.
var hostTrees = [...]string{"proc/**", "sys/**"}

// mounts is what may be mounted.
func (p *profile) mounts() {
	p.section("no complaint when a boot script remounts the root read-only",
		"deny mount options=(ro, remount) -> /", "deny mount options=(ro, remount, silent) -> /")
	p.section("file systems that bring nothing in from outside",
		"mount fstype=tmpfs", "mount fstype=hugetlbfs", "mount fstype=mqueue", "mount fstype=fuse", "mount fstype=fuse.*")
	p.section("the kernel's, each in its place",
		"mount fstype=proc -> /proc/", "mount fstype=sysfs -> /sys/",
		"mount fstype=binfmt_misc -> /proc/sys/fs/binfmt_misc/",
		"mount fstype=efivarfs -> /sys/firmware/efi/efivars/",
		"mount fstype=fusectl -> /sys/fs/fuse/connections/",
		"mount fstype=securityfs -> /sys/kernel/security/",
		"mount fstype=debugfs -> /sys/kernel/debug/", "deny mount fstype=debugfs -> /var/lib/ureadahead/debugfs/",
		"mount options=(rw, nosuid, nodev, noexec, remount) -> /sys/",
		"mount options=(ro, nosuid, nodev, noexec, remount, strictatime) -> /sys/fs/cgroup/")
	p.section("how mounts of the root propagate", propagation("/")...)

	binds, _ := except(slices.Concat([]string{"dev/.lxc/**"}, hostTrees[:])...)
	trees, _ := except(slices.Concat([]string{"dev/**"}, hostTrees[:])...)
	p.section("binds and moves of all but /proc, /sys and the tree in /dev that is for containers in the container",
		"mount options=(rw,bind) /"+oneOf(binds)+"{,/**}",
		"mount options=(rw,rbind) /"+oneOf(trees)+"{,/**}",
		"mount options=(rw,move) /"+oneOf(binds)+"{,/**}")
	p.comment("the same made read-only, with any other restriction")
	for _, more := range restrictions() {
		p.text.WriteString("  mount options=(" + strings.Join(append([]string{"ro", "remount", "bind"}, more...), ",") + ") -> /" + oneOf(binds) + "{,/**},\n")
	}
}

// propagation allows every change of how mounts propagate.
func propagation(where string) []string {
	var rules []string
	for _, kind := range [...]string{"slave", "shared", "private", "unbindable"} {
		rules = append(rules, "mount options=(rw,make-"+kind+") -> "+where, "mount options=(rw,make-r"+kind+") -> "+where)
	}
	return rules
}

// restrictions are all sets of options that only take away from a mount.
func restrictions() [][]string {
	var sets [][]string
	for _, suid := range [...]string{"", "nosuid"} {
		for _, exec := range [...]string{"", "noexec"} {
			for _, dev := range [...]string{"", "nodev"} {
				for _, atime := range [...]string{"", "noatime", "strictatime"} {
					sets = append(sets, slices.DeleteFunc([]string{dev, suid, exec, atime}, func(o string) bool { return o == "" }))
				}
			}
		}
	}
	return sets
}

// change is every right but that of reading: to write, lock, link and execute.
const change = "wklx"

// kernelFiles keeps the container from the host's settings in /proc and /sys.
func (p *profile) kernelFiles() {
	p.section("the machine, through /proc", "deny @{PROC}/bus/** "+change, "deny @{PROC}/acpi/** r"+change,
		"deny @{PROC}/kcore r"+change, "deny @{PROC}/sysrq-trigger r"+change, "deny @{PROC}/sys/fs/** "+change)
	p.section("settings that are not the container's own", denyBut("/proc/sys", change,
		"kernel/hostname", "kernel/domainname", "kernel/msg*", "kernel/sem*", "kernel/shm*", "net/**")...)
	p.section("the machine, through /sys", slices.Concat(
		[]string{"deny /sys/firmware/efi/efivars/** r" + change, "deny /sys/kernel/debug/{,**} r" + change},
		// What is below /sys/kernel depends on whether policies may be loaded.
		denyBut("/sys", change, "class/net/**", "devices/virtual/net/**", "fs/cgroup/**", "kernel/**"))...)
}

// policies lets the container load policies of its own below this one, which stays
// in force, or none.
func (p *profile) policies(o Options) {
	if o.Namespace == "" {
		p.section("no policy of the container's own", "deny /sys/kernel{,/**} "+change)
		return
	}
	inside := escape(o.Namespace)
	p.section("policies of the container's own, below this one", slices.Concat(
		denyBut("/sys", change, "class/**", "devices/**", "fs/**", "kernel/security/apparmor/**"),
		[]string{"change_profile -> " + quote(":"+inside+":*"), "change_profile -> " + quote(":"+inside+"://*")})...)
}

// escape keeps a name from being a glob.
func escape(name string) string {
	var text strings.Builder
	for _, c := range name {
		if strings.ContainsRune(`*?[]{}^\`, c) {
			text.WriteByte('\\')
		}
		text.WriteRune(c)
	}
	return text.String()
}

// nesting lets containers run in the container.
func (p *profile) nesting() {
	p.section("containers in the container", "pivot_root", "ptrace", "signal",
		// They need a complete proc and sysfs somewhere (user_namespaces(7)), out of
		// the reach of programs.
		"deny /dev/.lxc/proc/** rw", "deny /dev/.lxc/sys/** rw",
		"mount")
}

// userNamespace allows what a root without rights on the host can do no harm with.
func (p *profile) userNamespace() {
	p.section("the container's root has no rights on the host", slices.Concat([]string{"pivot_root"}, propagation("**"),
		[]string{"mount options=(rw,bind)", "mount options=(rw,rbind)", "mount options=(ro,remount)"})...)
}
