package keys

import (
	"slices"
	"strings"

	"lxcfg/grammar"
)

// Legacy is a name of LXC 1 and 2. LXC 2.1 takes both sets of names, 3.0 refuses
// the old one.
type Legacy struct {
	Name   string
	Since  Version
	Modern string              // the key's name today, empty for one that is gone
	Doc    string              // why it is gone, or how its values differ
	value  func(string) string // turns a value into one of the modern key, nil: the same
}

// LegacyRemoved is the first LXC without the legacy names.
const LegacyRemoved = V3_0

// legacy is sorted by name.
var legacy = [...]Legacy{
	{Name: "lxc.aa_allow_incomplete", Since: V1_1, Modern: "lxc.apparmor.allow_incomplete"},
	{Name: "lxc.aa_profile", Since: V1_0, Modern: "lxc.apparmor.profile"},
	{Name: "lxc.console", Since: V1_0, Modern: "lxc.console.path"},
	{Name: "lxc.devttydir", Since: V1_0, Modern: "lxc.tty.dir"},
	{Name: "lxc.haltsignal", Since: V1_0, Modern: "lxc.signal.halt"},
	{Name: "lxc.id_map", Since: V1_0, Modern: "lxc.idmap"},
	{Name: "lxc.init_cmd", Since: V1_1, Modern: "lxc.init.cmd"},
	{Name: "lxc.init_gid", Since: V2_0, Modern: "lxc.init.gid"},
	{Name: "lxc.init_uid", Since: V2_0, Modern: "lxc.init.uid"},
	{Name: "lxc.kmsg", Since: V1_0, Doc: "It linked /dev/kmsg to the console; bind the host's with an lxc.mount.entry instead."},
	{Name: "lxc.logfile", Since: V1_0, Modern: "lxc.log.file"},
	{Name: "lxc.loglevel", Since: V1_0, Modern: "lxc.log.level"},
	{Name: "lxc.mount", Since: V1_0, Modern: "lxc.mount.fstab"},
	{Name: "lxc.pivotdir", Since: V1_0, Doc: "It named a directory for pivot_root(2), which needs none any more."},
	{Name: "lxc.pts", Since: V1_0, Modern: "lxc.pty.max", value: leadingNumber},
	{Name: "lxc.rebootsignal", Since: V2_0, Modern: "lxc.signal.reboot"},
	{Name: "lxc.rootfs", Since: V1_0, Modern: "lxc.rootfs.path", value: dirRootfs},
	{Name: "lxc.rootfs.backend", Since: V2_0, Doc: "The kind of storage is written before the path now, `lxc.rootfs.path = dir:/path`."},
	{Name: "lxc.se_context", Since: V1_0, Modern: "lxc.selinux.context"},
	{Name: "lxc.seccomp", Since: V1_0, Modern: "lxc.seccomp.profile"},
	{Name: "lxc.stopsignal", Since: V1_0, Modern: "lxc.signal.stop"},
	{Name: "lxc.syslog", Since: V2_1, Modern: "lxc.log.syslog"},
	{Name: "lxc.tty", Since: V1_0, Modern: "lxc.tty.max", value: leadingNumber},
	{Name: "lxc.utsname", Since: V1_0, Modern: "lxc.uts.name"},
}

// LookupLegacy finds a name of LXC 1 and 2, ok false for none. The names below
// lxc.network are sections: see resolveNetwork.
func LookupLegacy(name string) (l *Legacy, ok bool) {
	i, found := slices.BinarySearchFunc(legacy[:], name, func(l Legacy, name string) int { return strings.Compare(l.Name, name) })
	if found {
		return &legacy[i], true
	}
	if resource, isLimit := strings.CutPrefix(name, "lxc.limit."); isLimit {
		return &Legacy{Name: name, Since: V2_1, Modern: "lxc.prlimit." + resource}, true
	}
	return nil, false
}

// leadingNumber is what atoi(3) makes of a text: LXC 1 never refused a number.
func leadingNumber(s string) string {
	s = strings.TrimLeft(s, " \t")
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if digits := strings.TrimLeft(s[:n], "0"); digits != "" {
		return digits
	}
	return "0"
}

// dirRootfs keeps a colon in a path of LXC 1 from being read as a kind of storage.
func dirRootfs(s string) string {
	if t, err := grammar.Rootfs.Parse(grammar.Text{String: s}); s == "" || err == nil && t.Type != "" {
		return s
	}
	return "dir:" + s
}
