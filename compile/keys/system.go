package keys

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// SystemKey is a key of LXC's system configuration, lxc.system.conf(5).
type SystemKey struct {
	Name    string
	Doc     string
	Default string // root's, empty for none
}

// SystemLXCPath is the key that says where the containers are.
const SystemLXCPath = "lxc.lxcpath"

// systemKeys is sorted by name.
var systemKeys = [...]SystemKey{
	{"lxc.bdev.lvm.thin_pool", "The thin pool that lxc-create takes logical volumes from.", "lxc"},
	{"lxc.bdev.lvm.vg", "The volume group that lxc-create makes logical volumes in.", "lxc"},
	{"lxc.bdev.rbd.rbdpool", "The Ceph pool that lxc-create makes images in.", "rbd"},
	{"lxc.bdev.rbd.rbduser", "The Ceph user that lxc-create is.", ""},
	{"lxc.bdev.zfs.root", "The ZFS file system that lxc-create makes others below.", "lxc"},
	{"lxc.cgroup.pattern", "The cgroup a container is put in; %n stands for its name.", ""},
	{"lxc.cgroup.use", "The cgroup controllers that have to be there, separated by commas; of cgroup v1 no others are used.", ""},
	{"lxc.default_config", "The configuration that lxc-create starts a new container's from.", "/etc/lxc/default.conf"},
	{SystemLXCPath, "The directory of all containers.", "/var/lib/lxc"},
}

// LookupSystem finds a key of the system configuration, ok false for none.
func LookupSystem(name string) (k SystemKey, ok bool) {
	i, found := slices.BinarySearchFunc(systemKeys[:], name, func(k SystemKey, name string) int { return strings.Compare(k.Name, name) })
	if !found {
		return k, false
	}
	return systemKeys[i], true
}

// SystemValue is what a system configuration says of a key, ok false when it says
// nothing: the first line counts. The trailing slashes of a path of containers are
// cut off, as LXC does.
func SystemValue(f source.File, name string) (value string, ok bool) {
	for l := range grammar.ParseSystem(f) {
		if l.Key.String != name {
			continue
		}
		if name == SystemLXCPath {
			return strings.TrimRight(l.Value.String, "/"), true
		}
		return l.Value.String, true
	}
	return "", false
}

// IsSystem reports whether a file is a system configuration and not a container's:
// it sets a key of that one and none of a container.
func IsSystem(f source.File) bool {
	is := false
	for l := range grammar.ParseSystem(f) {
		if l.Key.String == "" {
			continue
		}
		if _, ok := LookupSystem(l.Key.String); ok {
			is = true
			continue
		}
		_, today := Lookup(l.Key.String)
		if _, before := LookupLegacy(l.Key.String); today || before {
			return false
		}
	}
	return is
}

// CheckSystem says what is wrong with a system configuration. LXC refuses none: it
// passes over what it does not understand.
func CheckSystem(f source.File) diag.List {
	var list diag.List
	report := func(code, summary, detail string, at grammar.Text, key string) *diag.Diagnostic {
		list = append(list, diag.Diagnostic{Code: code, Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Summary: summary, Detail: detail, Subject: at.Range, Key: key})
		return &list[len(list)-1]
	}
	first := make(map[string]grammar.Text)
	for l := range grammar.ParseSystem(f) {
		key := l.Key.String
		if key == "" {
			if !l.Comment && strings.Trim(l.Content.String, " \t\r") != "" {
				report("system/ignored-line", "LXC skips this line: it sets nothing",
					"A setting is written `key = value`, a comment starts with # in the first column.", l.Content, "")
			}
			continue
		}
		if _, ok := LookupSystem(key); !ok {
			f := report("system/unknown-key", fmt.Sprintf("LXC skips %q: it is no key of the system configuration", key), "", l.Key, key)
			if _, isContainers := Lookup(key); isContainers {
				f.Detail = "The key belongs into a container's configuration, or into default.conf for new containers."
			} else if best, ok := diag.Suggest(key, systemNames); ok {
				f.Detail = fmt.Sprintf("Did you mean %q?", best)
				f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", best), Edits: []diag.Edit{{Range: l.Key.Range, Text: best}}}}
			}
			continue
		}
		if above, again := first[key]; again {
			report("system/repeated", fmt.Sprintf("%q is set above, and the first line counts", key), "Remove one of the lines.", l.Key, key).
				Related = []diag.Related{{Range: above.Range, Summary: "this line counts"}}
			continue
		}
		first[key] = l.Key
		checkSystemValue(l, report)
	}
	return list
}

// checkSystemValue is about text of a value that looks like none.
func checkSystemValue(l grammar.SystemLine, report func(code, summary, detail string, at grammar.Text, key string) *diag.Diagnostic) {
	value, key := l.Value.String, l.Key.String
	trimmed := strings.TrimRight(value, " \t\r")
	switch {
	case value == "":
		report("system/empty", fmt.Sprintf("%q is set to nothing", key), "Remove the line to have LXC's default.", l.Key, key)
	case trimmed != value:
		at := l.Value.Sub(len(trimmed), len(value))
		report("system/trailing-blanks", "blanks at the end are part of the value", "Remove them; LXC cuts nothing off here.", at, key).
			Fixes = []diag.Fix{{Title: "remove the blanks", Safe: true, Edits: []diag.Edit{{Range: at.Range}}}}
	case strings.Contains(value, " #"):
		n := strings.Index(value, " #")
		report("system/trailing-comment", "the comment is part of the value", "Move it to a line of its own, with # in the first column.", l.Value.Sub(n+1, len(value)), key)
	case value[0] == '"' || value[0] == '\'':
		report("system/quotes", "the quotes are part of the value", "Remove them: blanks need none here.", l.Value, key)
	}
}

func systemNames(yield func(string) bool) {
	for _, k := range systemKeys {
		if !yield(k.Name) {
			return
		}
	}
}
