package compile

import (
	"fmt"
	"path"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// Search permission: one bit a class of users (inode(7)).
const (
	ownerMayPass = 0o100
	groupMayPass = 0o010
	otherMayPass = 0o001
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
		if c.mayPass(p, uid, gid) {
			continue
		}
		c.refuse(rootfs.Origin, "idmap/no-way",
			fmt.Sprintf("the container's root, user %d of the host, may not pass %q, which belongs to user %d and has mode %#o", uid, p.Path, p.UID, p.Mode),
			fmt.Sprintf("Type `chmod o+x %s`, or `setfacl -m u:%d:x %s` for this container alone.", p.Path, uid, p.Path))
		return
	}
}

// mayPass reports whether a user of the host may search a directory. Ids of the
// map give the container's root its capabilities there, and an access control list
// is left to the kernel.
func (c *compiler) mayPass(p plan.Passage, uid, gid uint32) bool {
	bit := uint32(otherMayPass)
	switch {
	case p.UID == uid:
		bit = ownerMayPass
	case p.GID == gid:
		bit = groupMayPass
	}
	return p.Mode&bit != 0 || p.ACL || plan.MapsHostID(c.uids, p.UID) && plan.MapsHostID(c.gids, p.GID)
}
