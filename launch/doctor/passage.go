//go:build linux

package doctor

import (
	"fmt"
	"path/filepath"

	"lxcfg/compile/plan"
	"lxcfg/launch/probe"
)

// ids is who the payload is to the host's file systems.
type ids struct {
	mapped     bool // it is in a user namespace
	uid, gid   uint32
	uids, gids []plan.IDMap
}

// ownerOf finds out who sets the container up: with an id map its root, or, where
// that is not mapped, init; else root.
func ownerOf(p plan.Plan) ids {
	m, _, ok := plan.Find[plan.IDMapWrite](p)
	if !ok {
		return ids{}
	}
	o := ids{mapped: true, uids: m.UIDs.Slice(), gids: m.GIDs.Slice()}
	enter, _, _ := plan.Find[plan.UserEnter](p)
	o.uid, o.gid = hostID(o.uids, enter.UID), hostID(o.gids, enter.GID)
	return o
}

// overflowID stands for ids that are not mapped (user_namespaces(7)).
const overflowID = 65534

func hostID(maps []plan.IDMap, id uint32) uint32 {
	if host, ok := plan.HostID(maps, id); ok {
		return host
	}
	return overflowID
}

func (o ids) holdsUID(uid uint32) bool { return plan.MapsHostID(o.uids, uid) }

// passage looks whether the payload gets to a path: it needs the right to search
// every directory on the way. The way to the rootfs the compiler has judged, alike.
func (e *examiner) passage(path string) {
	if !e.owner.mapped {
		return
	}
	for _, p := range probe.Way(filepath.Dir(resolved(path))).Passages.All() {
		if p.Admits(e.owner.uid, e.owner.gid, e.owner.uids, e.owner.gids) {
			continue
		}
		e.reportf("host/passage", Error,
			fmt.Sprintf("Let it pass: `chmod o+x %s`, or only this container: `setfacl -m u:%d:x %s`.", p.Path, e.owner.uid, p.Path),
			"uid %d, the container's root, may not pass %q on the way to %q", e.owner.uid, p.Path, path)
		return
	}
}

// resolved follows the links of a path, as far as that goes.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}
