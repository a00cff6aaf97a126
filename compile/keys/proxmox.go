package keys

import (
	"path"
	"slices"
	"strings"

	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// Proxmox VE reads a file of its own, /etc/pve/lxc/NNN.conf, and writes LXC's from
// it: what its own options come to, and the lxc.* lines that it lets pass.

// proxmoxOptions are Proxmox's own keys (pct.conf(5)), sorted. One that ends in #
// goes on with a number.
var proxmoxOptions = [...]string{
	"arch", "cmode", "console", "cores", "cpulimit", "cpuunits", "debug", "delete", "description", "dev#", "entrypoint", "env", "features",
	"hookscript", "hostname", "lock", "memory", "mp#", "nameserver", "net#", "onboot", "ostype", "parent", "protection", "rootfs",
	"searchdomain", "snapstate", "snaptime", "startup", "swap", "tags", "template", "timezone", "tty", "unprivileged", "unused#",
}

// IsProxmoxOption reports whether a word is one of Proxmox's own keys.
func IsProxmoxOption(word string) bool {
	if numbered := strings.TrimRight(word, "0123456789"); numbered != word {
		word = numbered + "#"
	}
	_, found := slices.BinarySearch(proxmoxOptions[:], word)
	return found
}

// ProxmoxOptions yields Proxmox's own keys, with an example number, for suggestions.
func ProxmoxOptions(yield func(string) bool) {
	for _, o := range proxmoxOptions {
		if !yield(strings.Replace(o, "#", "0", 1)) {
			return
		}
	}
}

// proxmoxPasses are the keys of LXC that Proxmox hands on, sorted; one that ends in a
// dot stands for all below it. Names of LXC 1 and 2 pass as well, but for those of
// proxmoxOldRefused.
var proxmoxPasses = [...]string{
	"lxc.apparmor.allow_incomplete", "lxc.apparmor.allow_nesting", "lxc.apparmor.profile", "lxc.apparmor.raw", "lxc.arch", "lxc.autodev",
	"lxc.cap.drop", "lxc.cap.keep", "lxc.cgroup.", "lxc.cgroup2.", "lxc.console.logfile", "lxc.console.path", "lxc.devtty.dir", "lxc.environment",
	"lxc.environment.hooks", "lxc.environment.runtime", "lxc.group", "lxc.hook.autodev", "lxc.hook.clone", "lxc.hook.destroy", "lxc.hook.mount",
	"lxc.hook.post-stop", "lxc.hook.pre-mount", "lxc.hook.pre-start", "lxc.hook.start", "lxc.hook.stop", "lxc.hook.version", "lxc.idmap",
	"lxc.include", "lxc.init.cmd", "lxc.init.cwd", "lxc.init.gid", "lxc.init.groups", "lxc.init.uid", "lxc.log.file", "lxc.log.level", "lxc.mount.auto", "lxc.mount.entry", "lxc.mount.fstab",
	"lxc.net.", "lxc.prlimit.", "lxc.pty.max", "lxc.rootfs.mount", "lxc.seccomp.notify.cookie", "lxc.seccomp.notify.proxy", "lxc.seccomp.profile",
	"lxc.selinux.context", "lxc.signal.halt", "lxc.signal.reboot", "lxc.signal.stop", "lxc.start.auto", "lxc.start.delay", "lxc.start.order",
	"lxc.sysctl.fs.mqueue", "lxc.sysctl.kernel.msgmax", "lxc.sysctl.kernel.msgmnb", "lxc.sysctl.kernel.msgmni", "lxc.sysctl.kernel.sem",
	"lxc.sysctl.kernel.shm_rmid_forced", "lxc.sysctl.kernel.shmall", "lxc.sysctl.kernel.shmmax", "lxc.sysctl.kernel.shmmni", "lxc.tty.max", "lxc.uts.name",
}

// proxmoxOldRefused are the names of LXC 1 and 2 that Proxmox does not hand on, sorted.
var proxmoxOldRefused = [...]string{
	"lxc.init_gid", "lxc.init_uid", "lxc.network", "lxc.network.macvlan.mode", "lxc.network.veth.pair", "lxc.network.vlan.id",
	"lxc.pivotdir", "lxc.rootfs", "lxc.rootfs.backend", "lxc.syslog",
}

// proxmoxInstead are the options that say what a key Proxmox does not hand on says.
var proxmoxInstead = [...]struct{ key, instead string }{
	{"lxc.network.veth.pair", "Proxmox names the host's side itself; `pct set ID --net0 name=eth0,bridge=vmbr0` makes the interface."},
	{"lxc.network.vlan.id", "Say `pct set ID --net0 name=eth0,bridge=vmbr0,tag=N`."},
	{"lxc.no_new_privs", "Proxmox has no option for it."},
	{"lxc.rootfs", "Say `pct set ID --rootfs STORAGE:VOLUME`; Proxmox makes the path of it."},
	{"lxc.rootfs.backend", "Say `pct set ID --rootfs STORAGE:VOLUME`; the storage tells its kind."},
	{"lxc.rootfs.options", "Say `pct set ID --rootfs STORAGE:VOLUME,mountoptions=…`."},
	{"lxc.rootfs.path", "Say `pct set ID --rootfs STORAGE:VOLUME`; Proxmox makes the path of it."},
	{"lxc.tty.dir", "Say `pct set ID --tty N --cmode console` for what terminals there are."},
}

// PassesProxmox reports whether Proxmox hands a key of LXC on, and what to write
// instead of one that it does not.
func PassesProxmox(key string) (instead string, passes bool) {
	if _, isLegacy := LookupLegacy(key); isLegacy {
		if _, refused := slices.BinarySearch(proxmoxOldRefused[:], key); !refused {
			return "", true
		}
	}
	i, found := slices.BinarySearch(proxmoxPasses[:], key)
	if found || i > 0 && strings.HasSuffix(proxmoxPasses[i-1], ".") && strings.HasPrefix(key, proxmoxPasses[i-1]) {
		return "", true
	}
	for _, row := range proxmoxInstead {
		if row.key == key {
			return row.instead, false
		}
	}
	return "Proxmox hands on the keys that it knows only. An lxc.include line leads to a file that LXC reads without it.", false
}

// IsProxmox reports whether a file is one of Proxmox's: by its place, or because it
// has more lines in Proxmox's manner than settings in LXC's. A setting with a colon
// is in Proxmox's manner where the file has a container's number for its name: in
// another it is more likely a mistake.
func IsProxmox(f source.File) bool {
	if strings.Contains(f.Name, "/etc/pve/") {
		return true
	}
	const enough = 1 << 14 // bytes that tell
	f.Text = f.Text[:min(len(f.Text), enough)]
	numbered := isContainerNumber(f.Name)
	if !numbered && !hasProxmoxOption(f.Text) {
		return false // as nearly every file: nothing has to be taken apart
	}
	options := 0
	doc := grammar.ParseAs(f, grammar.PVE)
	for l := range doc.Lines() {
		switch l.Kind {
		case grammar.LineOption:
			if IsProxmoxOption(doc.Key(l).String) {
				options++
			}
		case grammar.LineAssign:
			separator := strings.TrimLeft(doc.Content(l).String[len(doc.Key(l).String):], " \t")
			switch {
			case separator[0] == '=':
				options-- // LXC's manner, which Proxmox reads as well
			case numbered:
				options++
			}
		}
	}
	return options > 0
}

// hasProxmoxOption reports whether a line starts as one with an option of Proxmox.
func hasProxmoxOption(text string) bool {
	for line := range strings.Lines(text) {
		if word, _, ok := strings.Cut(line, ":"); ok && IsProxmoxOption(word) {
			return true
		}
	}
	return false
}

// isContainerNumber reports whether a file is called NNN.conf. Proxmox's numbers
// start at 100.
func isContainerNumber(name string) bool {
	digits, isConf := strings.CutSuffix(path.Base(name), ".conf")
	return isConf && len(digits) >= 3 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}
