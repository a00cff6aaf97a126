package migrate

import (
	"fmt"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// told is what a person is told about a value.
type told struct {
	severity              diag.Severity
	code, summary, detail string
}

// value is what to write for the value of a key, named as it is today.
func (m *migration) value(s *setting, k *keys.Key, value string) string {
	switch {
	case k.Name == "lxc.arch" && m.crosses(keys.V2_0):
		m.arch(s, value)
		return value
	case k.Name == "lxc.mount.fstab" && value == "" && m.crosses(keys.V2_1):
		m.retire(s, "it names no file")
		return value
	case value == "" || isPlaceholder(value):
		return value
	case k.Name == "lxc.rootfs.path" && strings.HasPrefix(value, "aufs:") && m.request.To >= keys.V3_0:
		m.note(s, diag.Warning, "rootfs", "LXC 3.0 removed the storage aufs", "Use an overlay: `overlay:LOWER:UPPER`.")
	}
	written := value
	if m.from != 0 {
		written = k.Modern(value, m.from, m.request.To)
	}
	if written != value {
		m.rewritten(s, value, written)
	}
	if m.dialect == grammar.LXC1 && m.crosses(keys.V2_0) && isQuoted(written) {
		return `"` + written + `"` // LXC 1 takes no quotes off
	}
	return written
}

// arch retires an architecture that LXC 1 passes over and every later LXC refuses.
func (m *migration) arch(s *setting, value string) {
	if _, ok := parse(grammar.Arch, value); !ok && !isPlaceholder(value) {
		m.retire(s, "no architecture LXC knows")
	}
}

// isPlaceholder reports whether a value is one that a template leaves for another
// program to fill in: @TTY@, {{ tty }}, ${tty}, %(tty)s.
func isPlaceholder(value string) bool {
	for _, mark := range [...]string{"@", "{{", "$", "%("} {
		if strings.HasPrefix(value, mark) {
			return true
		}
	}
	return false
}

// rewritten tells of a value that is written as the older LXC understood it, unless
// that is plain to see.
func (m *migration) rewritten(s *setting, value, written string) {
	if m.keepRemark(s, value, written) || strings.Trim(value, "0123456789") == "" {
		return
	}
	m.note(s, diag.Info, "meaning", fmt.Sprintf("%q is written as %q, which LXC %s made of it", value, written, m.from),
		"Say with `--lxc-version` which LXC the file was written for, if it was another.")
}

// keepRemark writes a remark behind a value, which LXC 1 passes over, on a line of
// its own when it is not part of what is written any more.
func (m *migration) keepRemark(s *setting, value, written string) bool {
	n := max(strings.Index(value, " #"), strings.Index(value, "\t#"))
	if n < 0 || strings.HasSuffix(written, value[n:]) {
		return false
	}
	m.above(s, value[n+1:])
	return true
}

// isQuoted reports whether today's LXC takes a pair of quotes off.
func isQuoted(value string) bool {
	return len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0]
}
