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

// CommandLine is a command with arguments; quotes group words.
var CommandLine = Language[string]{
	Name: "command line", Syntax: `word {blanks word}, words grouped by "…" or '…'`,
	Parse:  String.Parse,
	Format: identity,
}

// ShellCommand is what LXC hands to `sh -c "exec …"`.
var ShellCommand = Language[string]{
	Name: "shell command", Syntax: "text, executed by sh",
	Parse:  String.Parse,
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
			return "", invalid(t, "Paths have 4095 bytes at most.", "the path is %d bytes long", len(t.String))
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
		if strings.HasPrefix(t.String, "/") || strings.Contains(t.String, "..") {
			return "", invalid(t, "Write the path below the hierarchy, such as `lxc/web`.", "%q is no path below a cgroup hierarchy", t.String)
		}
		return Path.Parse(t)
	},
	Format: identity,
}

// CgroupLeaf is the name of one cgroup.
var CgroupLeaf = Language[string]{
	Name: "name", Syntax: `one path component`,
	Parse: func(t Text) (string, *ValueError) {
		if strings.Contains(t.String, "/") || t.String == "." || t.String == ".." {
			return "", invalid(t, "Write a single name, without a slash.", "%q is no name of a single cgroup", t.String)
		}
		return t.String, nil
	},
	Format: identity,
}

// Hostname is lxc.uts.name.
var Hostname = Language[string]{
	Name: "host name", Syntax: "text, 64 bytes at most",
	Parse:  limited(64, "The kernel takes host names of 64 bytes at most."),
	Format: identity,
}

// TTYDir is lxc.tty.dir.
var TTYDir = Language[string]{
	Name: "directory name", Syntax: "text, 255 bytes at most",
	Parse:  limited(255, "A name has 255 bytes at most."),
	Format: identity,
}

func limited(most int, detail string) func(Text) (string, *ValueError) {
	return func(t Text) (string, *ValueError) {
		if len(t.String) > most {
			return "", invalid(t, detail, "the name is %d bytes long", len(t.String))
		}
		return t.String, nil
	}
}

// InterfaceName is the name of a network interface, which LXC cuts to the 15
// bytes that the kernel takes.
var InterfaceName = Language[string]{
	Name: "interface name", Syntax: "text, 15 bytes at most",
	Parse:  func(t Text) (string, *ValueError) { return t.String[:min(len(t.String), 15)], nil },
	Format: identity,
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
	Format: func(list []string) string { return strings.Join(list, " ") },
}

// NotifyProxy is the socket of a seccomp notify proxy.
var NotifyProxy = Language[string]{
	Name: "socket", Syntax: `"unix:/" path | "unix:@" name`,
	Parse: func(t Text) (string, *ValueError) {
		rest, ok := strings.CutPrefix(t.String, "unix:")
		if !ok || len(rest) < 2 || len(rest) > 107 || rest[0] != '/' && rest[0] != '@' {
			return "", invalid(t, "Write unix:/path/to/socket, or unix:@name for an abstract one.", "%q names no unix socket", t.String)
		}
		return t.String, nil
	},
	Format: identity,
}

// SplitCommand splits a command line into words as LXC does: at blanks, with
// single and double quotes that group and are removed.
func SplitCommand(line string) []string {
	var argv []string
	var word strings.Builder
	inWord, quote := false, byte(0)
	for i := range len(line) {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, inWord = c, true
		case c == ' ' || c == '\t':
			if inWord {
				argv = append(argv, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		argv = append(argv, word.String())
	}
	return argv
}
