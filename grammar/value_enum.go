package grammar

import (
	"slices"
	"strings"

	"lxcfg/grammar/diag"
)

// Enum is a language of a few words, written exactly.
func Enum(name string, choices ...string) Language[string] {
	return Language[string]{
		Name: name, Syntax: `"` + strings.Join(choices, `" | "`) + `"`,
		Parse: func(t Text) (string, *ValueError) {
			if slices.Contains(choices, t.String) {
				return t.String, nil
			}
			return "", notOneOf(t, name, choices)
		},
		Format: identity,
	}
}

// notOneOf says what was expected, the nearest word first.
func notOneOf(t Text, name string, choices []string) *ValueError {
	detail := "Write one of " + strings.Join(choices, ", ") + "."
	if near, ok := diag.Suggest(strings.ToLower(t.String), slices.Values(choices)); ok {
		detail = "Did you mean \"" + near + "\"? " + detail
	}
	return invalid(t, detail, "%q is no %s", t.String, name)
}

// Arch is lxc.arch: names of machines, of which only the width counts.
var Arch = Language[ArchName]{
	Name: "architecture", Syntax: `"amd64" | "x86_64" | "i686" | "arm64" | …`,
	Parse: func(t Text) (ArchName, *ValueError) {
		for _, bits := range [...]int{32, 64} {
			if slices.Contains(archNames(bits), t.String) {
				return ArchName{t.String, bits}, nil
			}
		}
		return ArchName{}, notOneOf(t, "architecture", append(archNames(32), archNames(64)...))
	},
	Format: func(a ArchName) string {
		if a.Bits == 32 {
			return "i686"
		}
		return "x86_64"
	},
}

// ArchName is an architecture as written, and its width in bits.
type ArchName struct {
	Name string
	Bits int
}

func archNames(bits int) []string {
	if bits == 32 {
		return []string{"arm", "armel", "armhf", "armv7l", "athlon", "i386", "i486", "i586", "i686", "linux32", "mips", "mipsel", "powerpc", "ppc", "x32", "x86"}
	}
	return []string{"aarch64", "amd64", "arm64", "linux64", "loong64", "loongarch64", "mips64", "mips64el", "powerpc64", "ppc64", "ppc64el", "ppc64le", "riscv64", "s390x", "x86_64"}
}

// LogLevel is lxc.log.level: a word in any case, or its number.
var LogLevel = Language[string]{
	Name: "log level", Syntax: `"TRACE" | "DEBUG" | "INFO" | "NOTICE" | "WARN" | "ERROR" | "CRIT" | "ALERT" | "FATAL" | 0…8`,
	Parse: func(t Text) (string, *ValueError) {
		levels := []string{"TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL"}
		// A number is known by its first character, so it may have no sign.
		if n, ok := parseUint(t.String, 32); ok && n < uint64(len(levels)) && t.String[0] != '+' {
			return levels[n], nil
		}
		if upper := upperCase(t.String); slices.Contains(levels, upper) {
			return upper, nil
		}
		return "", notOneOf(t, "log level", levels)
	},
	Format: identity,
}

// Syslog is a syslog facility in any case.
var Syslog = Language[string]{
	Name: "syslog facility", Syntax: `"daemon" | "local0" | … | "local7"`,
	Parse: func(t Text) (string, *ValueError) {
		lower := lowerCase(t.String)
		if lower == "daemon" || len(lower) == 6 && strings.HasPrefix(lower, "local") && lower[5] >= '0' && lower[5] <= '7' {
			return lower, nil
		}
		return "", notOneOf(t, "syslog facility", []string{"daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"})
	},
	Format: identity,
}

// NamespaceWords is a list of namespaces, in any case.
var NamespaceWords = Language[[]string]{
	Name: "namespaces", Syntax: `("user" | "mnt" | "pid" | "uts" | "ipc" | "net" | "cgroup" | "time") {blanks …}`,
	Parse: func(t Text) ([]string, *ValueError) {
		var list []string
		for _, w := range Fields(t) {
			lower := lowerCase(w.String)
			if !slices.Contains(NamespaceNames(), lower) {
				return list, notOneOf(w, "namespace", NamespaceNames())
			}
			list = append(list, lower)
		}
		return list, nil
	},
	Format: formatWords,
}

// NamespaceNames are the names LXC and /proc/PID/ns give the namespaces.
func NamespaceNames() []string {
	return []string{"user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time"}
}
