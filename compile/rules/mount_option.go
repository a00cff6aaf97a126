package rules

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

// mountOptionRules are about the options of a mount.
func mountOptionRules() []Rule {
	const ids = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"
	return []Rule{
		{
			Code: "mount/ignored-option", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a mount option that LXC ignores",
			Doc:   "LXC knows the word and does nothing with it.",
			Bad:   "lxc.mount.entry = /srv srv none bind,remount,ro 0 0\n",
			Good:  "lxc.mount.entry = /srv srv none bind,ro 0 0\n",
			mount: mountIgnoredOption,
		},
		{
			Code: "mount/unknown-option", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "an option that a bind mount does not take",
			Doc:   "What LXC does not know is an option of the file system, and a bind mount has none: it is mounted without it, in silence. A misspelt ro leaves the mount writable.",
			Bad:   "lxc.mount.entry = /srv srv none bind,readonly 0 0\n",
			Good:  "lxc.mount.entry = /srv srv none bind,ro 0 0\n",
			mount: mountUnknownOption,
		},
		{
			Code: "mount/dropped-option", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Until: keys.V7_0,
			Title: "an option of a file system that LXC drops",
			Doc:   "LXC before 7.0 hands options with an equals sign on to the file system, and drops others that it does not know.",
			Bad:   "lxc.mount.entry = /dev/sdb1 srv ext4 nobarrier 0 0\n",
			Good:  "lxc.mount.entry = /dev/sdb1 srv ext4 barrier=0 0 0\n",
			mount: mountDroppedOption,
		},
		{
			Code: "mount/option-taken-for", Severity: diag.Warning, Effect: diag.SilentlyDifferent, From: keys.V7_0,
			Title: "an option that LXC takes for another",
			Doc:   "LXC 7.0 compares only the beginning of an option with the words it knows: rootcontext=… is ro to it, and the file system never gets it.",
			Bad:   "lxc.mount.entry = tmpfs srv tmpfs rootcontext=system_u:object_r:tmp_t:s0 0 0\n",
			Good:  "lxc.mount.entry = tmpfs srv tmpfs context=system_u:object_r:tmp_t:s0 0 0\n",
			mount: mountOptionTakenFor,
		},
		{
			Code: "mount/idmap-without-bind", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an idmapped mount that is no bind",
			Doc:   "LXC maps the ids of bind mounts only.",
			Bad:   ids + "lxc.mount.entry = tmpfs mnt tmpfs idmap=container 0 0\n",
			Good:  ids + "lxc.mount.entry = /srv/data mnt none bind,idmap=container 0 0\n",
			mount: mountIDMapWithoutBind,
		},
		{
			Code: "mount/idmap-without-container", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "ids to be mapped as in a container without a map",
			Doc:   "`idmap=container` takes the map of lxc.idmap lines. Without any, the kernel refuses.",
			Bad:   "lxc.mount.entry = /srv/data mnt none bind,idmap=container 0 0\n",
			Good:  ids + "lxc.mount.entry = /srv/data mnt none bind,idmap=container 0 0\n",
			check: mountIDMapWithoutContainer,
		},
	}
}

func mountIgnoredOption(m mount, report report) {
	for _, word := range m.V.Ignored {
		report(m.Origin, fmt.Sprintf("LXC ignores the mount option %q", word), "Remove the word.")
	}
}

// plainOptions are the words that mount(8) has for any mount, as one who misspells
// them may have meant.
var plainOptions = []string{"ro", "rw", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime", "strictatime", "bind", "rbind", "optional", "relative",
	"create=dir", "create=file", "private", "rprivate", "slave", "rslave", "shared", "rshared", "defaults"}

// spoken is the option that a word which is none stands for, empty for no such word.
func spoken(word string) string {
	switch word {
	case "readonly", "read-only":
		return "ro"
	case "readwrite":
		return "rw"
	case "recursive":
		return "rbind"
	case "nofail", "x-systemd.nofail":
		return "optional"
	case "mkdir":
		return "create=dir"
	}
	return ""
}

func mountUnknownOption(m mount, report report) {
	options := m.options
	if !options.Bind {
		return
	}
	for _, word := range options.Data {
		if strings.HasPrefix(word, "create=") || strings.HasPrefix(word, "x-") || strings.HasPrefix(word, "X-") || swallows(word) != "" {
			continue // it has a finding of its own, or is meant for another program
		}
		f := report(m.Origin, fmt.Sprintf("a bind mount has no option %q", word), "Remove the word.")
		better := spoken(word)
		ok := better != ""
		if !ok {
			better, ok = diag.Suggest(word, slices.Values(plainOptions))
		}
		if ok {
			f.Detail = fmt.Sprintf("Did you mean %q?", better)
			f.replace(false, strings.Replace(m.V.Text, word, better, 1))
		}
	}
}

func mountDroppedOption(m mount, report report) {
	options := m.options
	if options.Bind {
		return // another finding
	}
	for _, word := range options.Data {
		if !strings.Contains(word, "=") {
			report(m.Origin, fmt.Sprintf("LXC drops the option %q: the file system does not get it", word), "Write it with an equals sign if the file system has such a form; LXC 7.0 hands on both.")
		}
	}
}

// swallows is the word that LXC 7.0 takes a longer one for, in the order LXC looks,
// empty for none.
func swallows(word string) string {
	for _, known := range [...]string{"atime", "dev", "diratime", "exec", "noatime", "nodev", "nodiratime", "noexec", "norelatime", "nostrictatime", "nosymfollow", "nosuid",
		"relatime", "ro", "rw", "strictatime", "suid", "bind", "move", "defaults", "rbind", "sync", "async", "dirsync", "lazytime", "mand", "nomand", "remount"} {
		if word != known && strings.HasPrefix(word, known) {
			return known
		}
	}
	return ""
}

func mountOptionTakenFor(m mount, report report) {
	for _, word := range m.options.Data {
		if known := swallows(word); known != "" {
			report(m.Origin, fmt.Sprintf("LXC takes the option %q for %q", word, known), "Mount the file system in a hook, lxc.hook.mount, or leave the option out.")
		}
	}
}

func mountIDMapWithoutBind(m mount, report report) {
	if options := m.options; options.IDMap != "" && !options.Bind {
		report(m.Origin, "LXC maps the ids of bind mounts only", "Remove idmap=, or mount a directory with the option bind.")
	}
}

func mountIDMapWithoutContainer(c *config.Config, report report) {
	if hasUserNamespace(c) {
		return
	}
	for m := range mountEntries(c) {
		if options := m.V.Mounting(); options.IDMap == "container" && options.Bind {
			report(m.Origin, "the container has no id map to map the mount's ids by", "Add lxc.idmap lines, name a user namespace by its file, `idmap=/proc/PID/ns/user`, or remove the option.")
		}
	}
}
