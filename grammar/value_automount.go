package grammar

import (
	"slices"
	"strings"
)

// AutoMount is one word of lxc.mount.auto.
type AutoMount struct {
	Family    string // "proc", "sys", "cgroup", "shmounts"
	Kind      string // of the family cgroup: "cgroup", "cgroup-full", "cgroup2"
	Mode      string // "mixed", "ro", "rw", or empty for a cgroup without one
	Force     bool
	Host      string // of shmounts
	Container string
}

// AutoMounts is lxc.mount.auto.
var AutoMounts = Language[[]AutoMount]{
	Name: "automatic mounts", Syntax: `word {blanks word}; word: "proc" [":mixed" | ":rw"] | "sys" [":mixed" | ":ro" | ":rw"] | ("cgroup" | "cgroup-full") [":mixed" | ":ro" | ":rw"] [":force"] | "cgroup2" [":ro"] [":force"] | "shmounts:" host [":" container]`,
	Parse: func(t Text) ([]AutoMount, *ValueError) {
		var list []AutoMount
		var about *ValueError // the first word that LXC keeps and fails on
		for from, to := nextField(t.String, 0); from < to; from, to = nextField(t.String, to) {
			a, err := parseAutoMount(t.Sub(from, to))
			switch {
			case err != nil && !err.Kept:
				return list, err
			case about == nil:
				about = err
			}
			list = append(list, a)
		}
		return list, about
	},
	Format: func(list []AutoMount) string {
		words := make([]string, len(list))
		for i, a := range list {
			words[i] = a.String()
		}
		return strings.Join(words, " ")
	},
}

// String gives the word in full.
func (a AutoMount) String() string {
	switch a.Family {
	case "shmounts":
		if a.Container == "" {
			return "shmounts:" + a.Host
		}
		return "shmounts:" + a.Host + ":" + a.Container
	case "cgroup":
		word := a.Kind
		if a.Mode != "" && (a.Kind != "cgroup2" || a.Mode == "ro") {
			word += ":" + a.Mode
		}
		if a.Force {
			word += ":force"
		}
		return word
	}
	return a.Family + ":" + a.Mode
}

// parseAutoMount reads one word: a file system, and behind colons what of it may be
// written.
func parseAutoMount(t Text) (AutoMount, *ValueError) {
	head, _, _ := strings.Cut(t.String, ":")
	a, modes := AutoMount{Family: head}, ""
	switch head {
	case "proc":
		modes = "mixed rw"
	case "sys":
		modes = "mixed ro rw"
	case "cgroup", "cgroup-full":
		a, modes = AutoMount{Family: "cgroup", Kind: head}, "mixed ro rw"
	case "cgroup2":
		a, modes = AutoMount{Family: "cgroup", Kind: head}, "ro"
	case "shmounts":
		return parseShMounts(t)
	default:
		return a, notOneOf(t, "automatic mount", []string{"proc:mixed", "proc:rw", "sys:mixed", "sys:ro", "sys:rw",
			"cgroup:mixed", "cgroup:ro", "cgroup:rw", "cgroup:rw:force", "cgroup-full", "cgroup2", "shmounts:HOST"})
	}
	options := strings.Fields(modes)
	for at := len(head); at < len(t.String); {
		word, _, _ := strings.Cut(t.String[at+1:], ":")
		place := t.Sub(at+1, at+1+len(word))
		if word == "" {
			place = t.Sub(at, at+1) // the colon
		}
		switch {
		case a.Force:
			return a, invalid(place, "Write nothing behind force.", "LXC takes no %q behind force", word)
		case word == "force" && a.Kind != "":
			a.Force = true
		case a.Mode == "" && slices.Contains(options, word):
			a.Mode = word
		case a.Mode != "" && slices.Contains(options, word):
			return a, invalid(place, "Write one of them.", "LXC takes no %q behind %q", word, a.Mode)
		default:
			return a, notOneOf(place, "mode of "+head, options)
		}
		at += 1 + len(word)
	}
	if a.Mode == "" && a.Kind == "" {
		a.Mode = "mixed"
	}
	return a, nil
}

// parseShMounts reads "shmounts:" HOST [":" CONTAINER].
func parseShMounts(t Text) (AutoMount, *ValueError) {
	const detail = "Write `shmounts:/path/on/host`, and `:/path/in/container` behind it where that is not /dev/.lxc-mounts."
	_, directories, ok := strings.Cut(t.String, ":")
	if !ok {
		return AutoMount{}, invalid(t, detail, "%q names no directory", t.String)
	}
	a := AutoMount{Family: "shmounts"}
	a.Host, a.Container, _ = strings.Cut(directories, ":")
	if a.Host == "" {
		return a, fails(t, detail, "%q names no directory: LXC crashes on it", t.String)
	}
	return a, nil
}
