package grammar

import (
	"strings"
)

// String is text without rules.
var String = Language[string]{
	Name: "text", Syntax: "text",
	Parse:  func(t Text) (string, *ValueError) { return t.String, nil },
	Format: identity,
}

// maxPath is PATH_MAX: a path has to be shorter.
const maxPath = 4096

// Path is a path name, which LXC simplifies: doubled and trailing slashes and
// parts that are a single dot go, ".." stays.
var Path = Language[string]{
	Name: "path", Syntax: "path, shorter than 4096 bytes",
	Parse: func(t Text) (string, *ValueError) {
		if len(t.String) >= maxPath {
			return "", invalid(t.Sub(maxPath-1, len(t.String)), "Paths have 4095 bytes at most.", "the path is %d bytes long", len(t.String))
		}
		return simplifyPath(t.String), nil
	},
	Format: identity,
}

func simplifyPath(p string) string {
	if p == "" {
		return ""
	}
	var parts []string
	for _, part := range strings.Split(p, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	simple := strings.Join(parts, "/")
	if p[0] == '/' {
		return "/" + simple
	}
	if simple == "" {
		return "."
	}
	return simple
}

// CgroupDir is a path below a cgroup hierarchy.
var CgroupDir = Language[string]{
	Name: "relative path", Syntax: `path without a leading "/" and without ".."`,
	Parse: func(t Text) (string, *ValueError) {
		const detail = "Write the path below the hierarchy, such as `lxc/web`."
		if strings.HasPrefix(t.String, "/") {
			return "", invalid(t.Sub(0, 1), detail, "%q is no path below a cgroup hierarchy: it starts with a slash", t.String)
		}
		if i := strings.Index(t.String, ".."); i >= 0 {
			return "", invalid(t.Sub(i, i+2), detail, "%q is no path below a cgroup hierarchy: LXC takes no \"..\" anywhere in it", t.String)
		}
		return Path.Parse(t)
	},
	Format: identity,
}

// CgroupLeaf is the name of one cgroup.
var CgroupLeaf = Language[string]{
	Name: "name", Syntax: `one path component`,
	Parse: func(t Text) (string, *ValueError) {
		const detail = "Write a single name, without a slash."
		if i := strings.IndexByte(t.String, '/'); i >= 0 {
			return "", invalid(t.Sub(i, i+1), detail, "%q is no name of a single cgroup", t.String)
		}
		if t.String == "." || t.String == ".." {
			return "", invalid(t, detail, "%q is no name of a single cgroup", t.String)
		}
		return t.String, nil
	},
	Format: identity,
}

// Hostname is lxc.uts.name.
var Hostname = Language[string]{
	Name: "host name", Syntax: "text, 64 bytes at most",
	Parse: func(t Text) (string, *ValueError) {
		return limited(t, 64, "The kernel takes host names of 64 bytes at most.")
	},
	Format: identity,
}

// TTYDir is lxc.tty.dir.
var TTYDir = Language[string]{
	Name: "directory name", Syntax: "text, 255 bytes at most",
	Parse: func(t Text) (string, *ValueError) {
		name, err := limited(t, 255, "A name has 255 bytes at most.")
		if i := strings.IndexByte(name, '/'); i >= 0 {
			return name, fails(t.Sub(i, i+1), "Write the name of one directory.", "%q names no directory right below /dev", name)
		}
		return name, err
	},
	Format: identity,
}

func limited(t Text, most int, detail string) (string, *ValueError) {
	if len(t.String) > most {
		return "", invalid(t.Sub(most, len(t.String)), detail, "the name is %d bytes long", len(t.String))
	}
	return t.String, nil
}

// InterfaceName is the name of a network interface, which LXC cuts to the 15
// bytes that the kernel takes.
var InterfaceName = Language[string]{
	Name: "interface name", Syntax: "text, 15 bytes at most",
	Parse:  parseInterfaceName,
	Format: identity,
}

func parseInterfaceName(t Text) (string, *ValueError) {
	const most = 15
	name := t.String[:min(len(t.String), most)]
	if len(name) < len(t.String) {
		return name, remark(t.Sub(most, len(t.String)), "Names of interfaces have 15 bytes at most.", "LXC cuts the name to %q", name)
	}
	if i := strings.IndexFunc(name, func(c rune) bool { return c == '/' || c < 0x80 && isSpace(byte(c)) }); i >= 0 {
		return name, fails(t.Sub(i, i+1), "Names of interfaces have no blanks and slashes.", "the kernel takes no %q in the name of an interface", name[i:i+1])
	}
	return name, nil
}

// Words is a list of words separated by blanks.
var Words = Language[[]string]{
	Name: "words", Syntax: "word {blanks word}",
	Parse: func(t Text) ([]string, *ValueError) {
		var out []string
		for _, w := range Fields(t) {
			out = append(out, w.String)
		}
		return out, nil
	},
	Format: formatWords,
}

func formatWords(list []string) string { return strings.Join(list, " ") }

// NotifyProxy is the socket of a seccomp notify proxy.
var NotifyProxy = Language[string]{
	Name: "socket", Syntax: `"unix:/" path | "unix:@" name`,
	Parse: func(t Text) (string, *ValueError) {
		const scheme, most, detail = "unix:", 107, "Write unix:/path/to/socket, or unix:@name for an abstract one."
		rest, ok := strings.CutPrefix(t.String, scheme)
		switch {
		case !ok:
			return "", invalid(t, detail, "%q names no unix socket", t.String)
		case len(rest) > most:
			return "", invalid(t.Sub(len(scheme)+most, len(t.String)), "The address of a socket has 107 bytes at most.", "the address is %d bytes long", len(rest))
		case len(rest) < 2 || rest[0] != '/' && rest[0] != '@':
			return "", invalid(t.Sub(len(scheme), len(t.String)), detail, "%q names no unix socket", t.String)
		}
		return t.String, nil
	},
	Format: identity,
}

// upperCase turns the letters of ASCII into capitals, as toupper(3) does in the C
// locale, and keeps every other byte.
func upperCase(s string) string { return mapBytes(s, 'a', 'z', 'A') }

// lowerCase is the other way round.
func lowerCase(s string) string { return mapBytes(s, 'A', 'Z', 'a') }

func mapBytes(s string, from, to, first byte) string {
	b := []byte(s)
	for i, c := range b {
		if from <= c && c <= to {
			b[i] = c - from + first
		}
	}
	return string(b)
}
