package compile

import (
	"fmt"
	"path"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// onDirectory reports whether a rootfs is a directory of the host.
func onDirectory(p config.RootfsPath) bool {
	return p.Path != "" && (p.Type == "" || p.Type == "dir")
}

// compileWay makes sure that the container's root can get to its rootfs: for the
// directories above it, it is an ordinary user of the host. LXC looks when the
// container starts; what is seen of it before is told before.
func (c *compiler) compileWay() {
	rootfs := c.config.Rootfs.Path
	if !onDirectory(rootfs.V) {
		return
	}
	c.add(plan.AtWay, plan.Traverse{Path: path.Dir(rootfs.V.Path)}, rootfs.Origin)
	uid, uidMapped := plan.HostID(c.uids, 0)
	gid, gidMapped := plan.HostID(c.gids, 0)
	if !uidMapped || !gidMapped {
		return
	}
	passages := c.facts.Way(rootfs.V.Path).Passages.Slice()
	for _, p := range passages {
		if p.Admits(uid, gid, c.uids, c.gids) {
			continue
		}
		c.refuse(rootfs.Origin, "idmap/no-way",
			fmt.Sprintf("the container's root, user %d of the host, may not pass %q, which belongs to user %d and has mode %#o", uid, p.Path, p.UID, p.Mode),
			fmt.Sprintf("Type `chmod o+x %s`, or `setfacl -m u:%d:x %s` for this container alone.", p.Path, uid, p.Path))
		return
	}
}
