package keys

import (
	"slices"
	"strings"
)

// Legacy is a name of LXC 1 and 2. LXC 2.1 takes both sets of names, 3.0 refuses
// the old one.
type Legacy struct {
	Name   string // [resource] stands for the free part of the family
	Since  Version
	Modern string              // the row of the key today, empty for one that is gone
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
	{Name: "lxc.limit.[resource]", Since: V2_1, Modern: "lxc.prlimit.[resource]"},
	{Name: "lxc.logfile", Since: V1_0, Modern: "lxc.log.file"},
	{Name: "lxc.loglevel", Since: V1_0, Modern: "lxc.log.level"},
	{Name: "lxc.mount", Since: V1_0, Modern: "lxc.mount.fstab"},
	{Name: "lxc.network", Since: V2_0, Modern: "lxc.net"},
	{Name: "lxc.network.flags", Since: V1_0, Modern: "lxc.net.[i].flags"},
	{Name: "lxc.network.hwaddr", Since: V1_0, Modern: "lxc.net.[i].hwaddr"},
	{Name: "lxc.network.ipv4", Since: V1_0, Modern: "lxc.net.[i].ipv4.address"},
	{Name: "lxc.network.ipv4.gateway", Since: V1_0, Modern: "lxc.net.[i].ipv4.gateway"},
	{Name: "lxc.network.ipv6", Since: V1_0, Modern: "lxc.net.[i].ipv6.address"},
	{Name: "lxc.network.ipv6.gateway", Since: V1_0, Modern: "lxc.net.[i].ipv6.gateway"},
	{Name: "lxc.network.link", Since: V1_0, Modern: "lxc.net.[i].link"},
	{Name: "lxc.network.macvlan.mode", Since: V1_0, Modern: "lxc.net.[i].macvlan.mode"},
	{Name: "lxc.network.mtu", Since: V1_0, Modern: "lxc.net.[i].mtu"},
	{Name: "lxc.network.name", Since: V1_0, Modern: "lxc.net.[i].name"},
	{Name: "lxc.network.script.down", Since: V1_0, Modern: "lxc.net.[i].script.down"},
	{Name: "lxc.network.script.up", Since: V1_0, Modern: "lxc.net.[i].script.up"},
	{Name: "lxc.network.type", Since: V1_0, Modern: "lxc.net.[i].type"},
	{Name: "lxc.network.veth.pair", Since: V1_0, Modern: "lxc.net.[i].veth.pair"},
	{Name: "lxc.network.vlan.id", Since: V1_0, Modern: "lxc.net.[i].vlan.id"},
	{Name: "lxc.pivotdir", Since: V1_0, Doc: "It named a directory for pivot_root(2), which needs none any more."},
	{Name: "lxc.pts", Since: V1_0, Modern: "lxc.pty.max", value: count},
	{Name: "lxc.rebootsignal", Since: V2_0, Modern: "lxc.signal.reboot"},
	{Name: "lxc.rootfs", Since: V1_0, Modern: "lxc.rootfs.path", value: dirRootfs},
	{Name: "lxc.rootfs.backend", Since: V2_0, Doc: "The kind of storage is written before the path now, `lxc.rootfs.path = dir:/path`."},
	{Name: "lxc.se_context", Since: V1_0, Modern: "lxc.selinux.context"},
	{Name: "lxc.seccomp", Since: V1_0, Modern: "lxc.seccomp.profile"},
	{Name: "lxc.stopsignal", Since: V1_0, Modern: "lxc.signal.stop"},
	{Name: "lxc.syslog", Since: V2_1, Modern: "lxc.log.syslog"},
	{Name: "lxc.tty", Since: V1_0, Modern: "lxc.tty.max", value: count},
	{Name: "lxc.utsname", Since: V1_0, Modern: "lxc.uts.name"},
}

// LegacyNames returns the names that LXC 1 and 2 have beside those of today, sorted.
func LegacyNames() []Legacy { return slices.Clone(legacy[:]) }

// LookupLegacy finds a name of LXC 1 and 2, ok false for none. Those below
// lxc.network are sections, whose index the resolver counts.
func LookupLegacy(name string) (l Legacy, ok bool) {
	resource, isLimit := strings.CutPrefix(name, "lxc.limit.")
	if isLimit {
		name = "lxc.limit.[resource]"
	}
	i, found := slices.BinarySearchFunc(legacy[:], name, func(l Legacy, name string) int { return strings.Compare(l.Name, name) })
	if !found {
		return Legacy{}, false
	}
	l = legacy[i]
	if isLimit {
		l.Name, l.Modern = "lxc.limit."+resource, "lxc.prlimit."+resource
	}
	return l, true
}

// Value turns a value of the old name into one of the modern key.
func (l Legacy) Value(text string) string {
	if l.value == nil || text == "" {
		return text
	}
	return l.value(text)
}

// leadingNumber is what atoi(3) makes of a text: LXC 1 never refused a number.
func leadingNumber(s string) (digits string, negative bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	negative = strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if digits = strings.TrimLeft(s[:n], "0"); digits == "" {
		return "0", false
	}
	return digits, negative
}

// count is leadingNumber for what there cannot be less of than none.
func count(s string) string {
	digits, negative := leadingNumber(s)
	if negative {
		return "0"
	}
	return digits
}

// dirRootfs says that a path of LXC 1 is one of a directory, which also keeps a
// colon in it from being read as the end of a kind of storage. What may be another
// kind is left for LXC to find out: a device, the image of a disk, or a name such as
// that of a ZFS file system.
func dirRootfs(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "/dev/") || !strings.Contains(s, ":") && isImage(s) {
		return s
	}
	return "dir:" + s
}

// isImage reports whether a path is named like the image of a disk: as lxc-create
// names those it makes, or by a usual ending.
func isImage(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	dot := max(strings.LastIndexByte(name, '.'), 0)
	return name == "rootdev" || slices.Contains([]string{".img", ".raw", ".iso", ".ext3", ".ext4", ".squashfs", ".loop"}, name[dot:])
}
