package migrate

import (
	"fmt"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// meaning finds the values that LXC 1 understood otherwise, beside numbers. The
// function returns the value that means the same today, and what to tell.
func meaning(key string) func(value string) (string, *told) {
	switch key {
	case "lxc.mount.auto":
		return readOnlySys
	case "lxc.idmap":
		return plainIDMap
	case "lxc.log.level":
		return plainLevel
	case "lxc.net.[i].ipv4.address", "lxc.net.[i].ipv6.address":
		return plainPrefix
	}
	return nil
}

// told is what a person is told about a value.
type told struct {
	severity              diag.Severity
	code, summary, detail string
}

// value is what to write for the value of a key, named as it is today.
func (m *migration) value(s *setting, k *keys.Key, value string) string {
	if !m.lxc1 || value == "" {
		return value
	}
	value = strings.TrimRight(value, "\r") // LXC 1 keeps the CR of a CR LF
	written := k.NumberInLXC1(value)
	if rewrite := meaning(k.Name); rewrite != nil {
		var about *told
		if written, about = rewrite(value); about != nil {
			m.note(s, about.severity, about.code, about.summary, about.detail)
		}
	}
	if k.Name == "lxc.arch" {
		if _, ok := parse(grammar.Arch, value); !ok {
			m.retire(s, "no architecture LXC knows")
			return s.value.String
		}
	}
	if k.Name == "lxc.rootfs.path" && strings.HasPrefix(value, "aufs:") {
		m.note(s, diag.Warning, "rootfs", "LXC 3.0 removed the storage aufs", "Use an overlay: `overlay:LOWER:UPPER`.")
	}
	if m.dialect == grammar.LXC1 && isQuoted(written) {
		return `"` + written + `"` // LXC 1 takes no quotes off
	}
	return written
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
		"Since LXC 1.1 it means sys:mixed. Write that when /sys is to be writable in part."}
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
