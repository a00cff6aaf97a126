package rules

import (
	"fmt"
	"strconv"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// deviceNodeRules are about devices that are mounted into the container.
func deviceNodeRules() []Rule {
	const standard = "lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.allow = c 1:* rwm\nlxc.cgroup2.devices.allow = c 5:* rwm\n"
	return []Rule{{
		Code: "cgroup/device-not-allowed", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Missing: true,
		Title: "a device that is mounted and may not be opened",
		Doc:   "The node is there, and opening it fails: the device rules do not allow its numbers. They are decimal, as `ls -l` shows them.",
		Bad:   standard + "lxc.mount.entry = /dev/dri dev/dri none bind,create=dir 0 0\n",
		Good:  standard + "lxc.cgroup2.devices.allow = c 226:* rwm\nlxc.mount.entry = /dev/dri dev/dri none bind,create=dir 0 0\n",
		check: deviceNotAllowed,
	}}
}

func deviceNotAllowed(c *config.Config, report report) {
	list := deviceLists(c)
	permitted := list.permitted()
	for m := range mountEntries(c) {
		n, known := findNode(m.V.Source)
		if !m.V.Bind || !known || m.V.Mounting().Relative || permitted.has(n) {
			continue
		}
		numbers := fmt.Sprintf("%c %d:%d", n.kind, n.major, n.minor)
		if n.minor < 0 {
			numbers = fmt.Sprintf("%c %d:*", n.kind, n.major)
		}
		key := "lxc.cgroup2.devices.allow"
		if !list.v2 {
			key = "lxc.cgroup.devices.allow"
		}
		line := fmt.Sprintf("%s = %s rwm", key, numbers)
		detail := "Add `" + line + "`."
		if at, ok := hexadecimal(permitted, n); ok {
			detail = fmt.Sprintf("A line allows %d, which is %x in hexadecimal, as `stat -c %%T` prints it. Device rules are decimal: write %s.", at, n.minor, numbers)
		}
		f := report(m.Origin, fmt.Sprintf("the container may not open %s: no line allows %s", m.V.Source, numbers), detail)
		if list.v2 && (list.last < 0 || !after(list.rules[list.last].Origin, m.Origin)) {
			f.below(true, line)
		}
	}
}

// hexadecimal finds, for a device that is not allowed, the minor number that is allowed
// and looks like its own in hexadecimal.
func hexadecimal(p permitted, n node) (minor int64, ok bool) {
	if n.minor < 10 {
		return 0, false
	}
	minor, err := strconv.ParseInt(strconv.FormatInt(n.minor, 16), 10, 64)
	if err != nil {
		return 0, false // it has letters, and is no minor number of a rule
	}
	n.minor = minor
	return minor, p.has(n)
}

// after reports whether a line stands behind another one, as far as their places in
// one file tell.
func after(a, b config.Origin) bool {
	return sameFile(a, b) && a.Range().Start.Offset > b.Range().Start.Offset
}
