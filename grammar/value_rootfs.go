package grammar

import "strings"

// RootfsPath is lxc.rootfs.path: a kind of storage and what it is applied to.
type RootfsPath struct {
	Type string // "dir", "overlay", "loop", …; empty: LXC finds out
	Path string
}

// Rootfs is a rootfs with its kind of storage before the first colon.
var Rootfs = Language[RootfsPath]{
	Name: "rootfs", Syntax: `[("dir" | "zfs" | "lvm" | "rbd" | "btrfs" | "overlay" | "overlayfs" | "loop" | "nbd") ":"] path`,
	Parse: func(t Text) (RootfsPath, *ValueError) {
		p, err := Path.Parse(t)
		if err != nil {
			return RootfsPath{}, err
		}
		before, after, ok := strings.Cut(p, ":")
		if !ok {
			return RootfsPath{Path: p}, nil
		}
		if after == "" && strings.HasSuffix(t.String, "/") {
			after = "/" // the root, and not a slash too many at the end
		}
		return RootfsPath{Type: storageType(before), Path: after}, nil
	},
	Format: func(r RootfsPath) string {
		if r.Type == "" && !strings.Contains(r.Path, ":") {
			return r.Path
		}
		return r.Type + ":" + r.Path // LXC cuts at the first colon
	},
}

// storageType finds the kind of storage a word stands for: LXC takes any leading
// part of a name, and ignores a word that is none.
func storageType(word string) string {
	if word == "" {
		return ""
	}
	for _, name := range [...]string{"dir", "zfs", "lvm", "rbd", "btrfs", "overlay", "overlayfs", "loop", "nbd"} {
		if strings.HasPrefix(name, word) {
			return name
		}
	}
	return ""
}

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
		for _, w := range Fields(t) {
			a, ok := parseAutoMount(w.String)
			if !ok {
				return list, notOneOf(w, "automatic mount", []string{"proc:mixed", "proc:rw", "sys:mixed", "sys:ro", "sys:rw",
					"cgroup:mixed", "cgroup:ro", "cgroup:rw", "cgroup:rw:force", "cgroup-full", "cgroup2", "shmounts:HOST"})
			}
			list = append(list, a)
		}
		return list, nil
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

func parseAutoMount(w string) (AutoMount, bool) {
	parts := strings.Split(w, ":")
	switch head := parts[0]; head {
	case "proc", "sys":
		a := AutoMount{Family: head, Mode: "mixed"}
		if len(parts) == 2 {
			a.Mode = parts[1]
		}
		return a, len(parts) <= 2 && (a.Mode == "mixed" || a.Mode == "rw" || a.Mode == "ro" && head == "sys")
	case "cgroup", "cgroup-full", "cgroup2":
		a := AutoMount{Family: "cgroup", Kind: head}
		rest := parts[1:]
		if len(rest) > 0 && (rest[0] == "ro" || head != "cgroup2" && (rest[0] == "rw" || rest[0] == "mixed")) {
			a.Mode, rest = rest[0], rest[1:]
		}
		if len(rest) > 0 && rest[0] == "force" {
			a.Force, rest = true, rest[1:]
		}
		return a, len(rest) == 0
	case "shmounts":
		if len(parts) < 2 {
			return AutoMount{}, false
		}
		a := AutoMount{Family: "shmounts", Host: parts[1]}
		if len(parts) > 2 { // LXC passes over what is behind
			a.Container = parts[2]
		}
		return a, true
	}
	return AutoMount{}, false
}
