//go:build linux

package doctor

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
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
// every directory on the way. Its capabilities help it only with files of its own
// ids (capabilities(7), user_namespaces(7)).
func (e *examiner) passage(path string) {
	if !e.owner.mapped {
		return
	}
	dirs := strings.Split(strings.Trim(filepath.Dir(resolved(path)), "/"), "/")
	for i := range dirs {
		dir := "/" + filepath.Join(dirs[:i+1]...)
		info, err := os.Stat(dir)
		if err != nil {
			return
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok || e.owner.mayFully(st) || e.owner.maySearch(dir, st) {
			continue
		}
		e.reportf("host/passage", Error,
			fmt.Sprintf("Let it pass: `chmod o+x %s`, or only this container: `setfacl -m u:%d:x %s`.", dir, e.owner.uid, dir),
			"uid %d, the container's root, may not pass %q on the way to %q", e.owner.uid, dir, path)
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

// mayFully reports whether a file belongs to the container's ids, over which its
// root has all rights.
func (o ids) mayFully(st *syscall.Stat_t) bool {
	return plan.MapsHostID(o.uids, st.Uid) && plan.MapsHostID(o.gids, st.Gid)
}

// maySearch applies the mode of a directory and its access control list to the
// payload's ids (path_resolution(7), acl(5)).
func (o ids) maySearch(dir string, st *syscall.Stat_t) bool {
	const search = 1
	if st.Uid == o.uid {
		return st.Mode&0o100 != 0
	}
	if acl, ok := readACL(dir); ok {
		return acl.permits(o, st.Gid, search)
	}
	if st.Gid == o.gid {
		return st.Mode&0o010 != 0
	}
	return st.Mode&0o001 != 0
}

// acl is an access control list as the kernel stores it (linux/posix_acl_xattr.h).
type acl []aclEntry

type aclEntry struct {
	tag, perm uint16
	id        uint32
}

// The tags of the entries that matter for others than the owner.
const (
	aclUser     = 0x02
	aclGroupObj = 0x04
	aclGroup    = 0x08
	aclMask     = 0x10
	aclOther    = 0x20
)

// readACL reads the access control list of a file, ok false when it has none.
func readACL(path string) (list acl, ok bool) {
	data := make([]byte, 4096)
	n, err := unix.Getxattr(path, "system.posix_acl_access", data)
	if err != nil || n < 4 || binary.LittleEndian.Uint32(data) != 2 {
		return nil, false
	}
	for data = data[4:n]; len(data) >= 8; data = data[8:] {
		list = append(list, aclEntry{binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint16(data[2:]), binary.LittleEndian.Uint32(data[4:])})
	}
	return list, true
}

// permits applies the list to somebody who is not the owner.
func (l acl) permits(o ids, group uint32, want uint16) bool {
	mask := uint16(7)
	for _, e := range l {
		if e.tag == aclMask {
			mask = e.perm
		}
	}
	inGroup := false
	for _, e := range l {
		switch {
		case e.tag == aclUser && e.id == o.uid:
			return e.perm&mask&want == want
		case e.tag == aclGroupObj && group == o.gid, e.tag == aclGroup && e.id == o.gid:
			if inGroup = true; e.perm&mask&want == want {
				return true
			}
		}
	}
	for _, e := range l {
		if e.tag == aclOther {
			return !inGroup && e.perm&want == want
		}
	}
	return false
}
