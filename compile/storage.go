package compile

import (
	"path"
	"strconv"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// rootfs is what lxc.rootfs.path names, taken apart.
type rootfs struct {
	storage   string   // "dir", "btrfs", "overlay", "loop", "lvm", "nbd", "rbd", "zfs"; empty: LXC finds out
	path      string   // directory, image, device or dataset
	lowers    []string // of an overlay, the topmost first
	upper     string
	partition uint32 // of an image for nbd, 0 for the whole
}

// firstNBD is there when the kernel has network block devices.
const firstNBD = "/dev/nbd0"

// rootfsOf takes a path apart by its kind of storage.
func rootfsOf(p config.RootfsPath) rootfs {
	r := rootfs{storage: p.Type, path: p.Path}
	switch p.Type {
	case "overlay", "overlayfs":
		r.storage = "overlay"
		// The upper directory stands behind the last colon before a slash.
		if at := strings.LastIndex(p.Path, ":/"); at >= 0 {
			r.lowers, r.upper = strings.Split(p.Path[:at], ":"), p.Path[at+1:]
		}
	case "nbd":
		if image, number, ok := strings.Cut(p.Path, ":"); ok {
			if n, err := strconv.ParseUint(number, 10, 32); err == nil {
				r.path, r.partition = image, uint32(n)
			}
		}
	}
	return r
}

// detected finds the kind of storage by what is at the path, as LXC does. What is not
// there yet is taken for a directory.
func (r rootfs) detected(found plan.Path) rootfs {
	r.storage = "dir"
	switch {
	case found.Type == plan.PathFile:
		r.storage = "loop"
	case found.Type != plan.PathBlock:
	case strings.HasPrefix(found.Mapper, "LVM-"):
		r.storage = "lvm"
	case strings.HasPrefix(r.path, "/dev/rbd/"):
		r.storage = "rbd"
	}
	return r
}

// plain reports whether the rootfs is a directory of the host, seen as it is.
func (r rootfs) plain() bool { return r.storage == "dir" || r.storage == "btrfs" }

// directories are the directories of the host that have to be there.
func (r rootfs) directories() []string {
	switch {
	case r.plain():
		return []string{r.path}
	case r.storage == "overlay":
		return r.lowers
	}
	return nil
}

// grounds are the directories of the host that the container writes to, or may have:
// what is in them is not to be trusted.
func (r rootfs) grounds() []string {
	var grounds []string
	if r.upper != "" {
		grounds = append(grounds, path.Clean(r.upper))
	}
	for _, dir := range r.directories() {
		grounds = append(grounds, path.Clean(dir))
	}
	return grounds
}

// needed are the paths of the host that matter to where the rootfs comes from.
func (r rootfs) needed() []string {
	switch {
	case r.path == "":
		return nil
	case r.storage == "overlay":
		return r.lowers
	case r.storage == "nbd":
		return []string{r.path, firstNBD}
	case strings.HasPrefix(r.path, "/"):
		return []string{r.path}
	}
	return nil // a dataset, an image of a cluster
}
