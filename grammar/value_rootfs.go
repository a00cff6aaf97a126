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
		colon := strings.IndexByte(t.String, ':') // -1 when there is none
		path, err := Path.Parse(t.Sub(colon+1, len(t.String)))
		if err != nil || colon < 0 {
			return RootfsPath{Path: path}, err
		}
		kind := t.String[:colon]
		r := RootfsPath{Type: storageType(kind), Path: path}
		return r, checkStorage(t, kind, r)
	},
	Format: func(r RootfsPath) string {
		if r.Type == "" && !strings.Contains(r.Path, ":") {
			return r.Path
		}
		return r.Type + ":" + r.Path // LXC cuts at the first colon
	},
}

// checkStorage looks at the kind of storage and what belongs to it.
func checkStorage(t Text, kind string, r RootfsPath) *ValueError {
	colon := strings.IndexByte(t.String, ':')
	if r.Type == "" && kind != "" {
		return remark(t.Sub(0, colon), "Write `dir:` before a directory with a colon in its path.",
			"LXC cuts the path at its first colon, and knows no storage of the kind %q", kind)
	}
	if strings.HasPrefix(r.Type, "overlay") && !strings.Contains(r.Path, ":/") {
		return fails(t.Sub(colon+1, len(t.String)), "Write `overlay:/lower:/upper`.", "an overlay needs a lower and an upper directory")
	}
	return nil
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
