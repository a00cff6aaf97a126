package migrate

import (
	"fmt"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// meaning finds the values, beside numbers, that LXC understood otherwise before a
// version. The function returns the value that means the same since, and what to
// tell.
func meaning(key string) (before keys.Version, rewrite func(value string) (string, *told)) {
	switch key {
	case "lxc.mount.auto":
		return keys.V1_1, readOnlySys
	case "lxc.idmap":
		return keys.V2_1, plainIDMap
	case "lxc.log.level":
		return keys.V2_1, plainLevel
	case "lxc.net.[i].ipv4.address", "lxc.net.[i].ipv6.address":
		return keys.V2_1, plainPrefix
	}
	return 0, nil
}

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
	if m.crosses(keys.V2_0) {
		if written = k.NumberInLXC1(value); written != value {
			m.cut(s, value, written)
		}
	}
	if before, rewrite := meaning(k.Name); rewrite != nil && m.crosses(before) {
		var about *told
		if written, about = rewrite(value); about != nil {
			m.note(s, about.severity, about.code, about.summary, about.detail)
		}
		m.keepRemark(s, value, written)
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

// cut tells of text around a number that LXC 1 passes over.
func (m *migration) cut(s *setting, value, written string) {
	if strings.Trim(value, "0123456789") == "" || m.keepRemark(s, value, written) {
		return
	}
	m.note(s, diag.Info, "meaning", fmt.Sprintf("%q is written as %s, which LXC 1 made of it", value, written), "")
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

// readOnlySys keeps /sys read-only: sys meant sys:ro in LXC 1.0.
func readOnlySys(value string) (string, *told) {
	words := strings.Fields(value)
	changed := false
	for i, w := range words {
		if w == "sys" {
			words[i], changed = "sys:ro", true
		}
	}
	if !changed {
		return value, nil
	}
	return strings.Join(words, " "), &told{diag.Info, "meaning", `"sys" is written as "sys:ro", which it meant in LXC 1.0`,
		"Since LXC 1.1 it means sys:mixed. Say `--lxc-version 2.0` if the file was written for that."}
}

// plainIDMap writes the numbers of an id map, which LXC 1 reads as decimal ones,
// without leading zeros, and leaves out what it passes over behind them.
func plainIDMap(value string) (string, *told) {
	words := strings.Fields(value)
	if len(words) < 4 {
		return value, nil
	}
	changed := len(words) > 4
	for i, w := range words[1:4] {
		plain := strings.TrimLeft(w, "0")
		if plain == "" || plain[0] < '0' || plain[0] > '9' {
			continue
		}
		changed = changed || plain != w
		words[1+i] = plain
	}
	if !changed {
		return value, nil
	}
	return strings.Join(words[:4], " "), nil
}

// plainLevel cuts what LXC 1 passes over behind the number of a log level.
func plainLevel(value string) (string, *told) {
	n := len(value) - len(strings.TrimLeft(value, "0123456789"))
	if n == 0 {
		return value, nil
	}
	if plain := strings.TrimLeft(value[:n], "0"); plain != "" {
		return plain, nil
	}
	return "0", nil
}

// plainPrefix writes the prefix length of an address as LXC 1 reads it: decimal,
// whatever stands behind.
func plainPrefix(value string) (string, *told) {
	address, prefix, ok := strings.Cut(value, "/")
	if !ok {
		return value, nil
	}
	prefix, rest, _ := strings.Cut(prefix, " ")
	n := len(prefix) - len(strings.TrimLeft(prefix, "0123456789"))
	plain := strings.TrimLeft(prefix[:n], "0")
	if plain == "" {
		plain = "0"
	}
	if plain == prefix {
		return value, nil
	}
	written := address + "/" + plain
	if rest != "" {
		written += " " + rest
	}
	return written, &told{diag.Info, "meaning", fmt.Sprintf("the prefix length %q is written as %s, which LXC 1 read", prefix, plain), ""}
}
