package plan

import (
	"strconv"
	"strings"
)

// Search permission: one bit a class of users (inode(7)).
const (
	groupBits    = 0o070
	ownerMayPass = 0o100
	groupMayPass = 0o010
	otherMayPass = 0o001
)

// Admits reports whether the root of a user namespace, who is a user and a group of the
// host, may search the directory (path_resolution(7)). Over what belongs to ids of the
// namespace it has all rights (user_namespaces(7)); elsewhere its capabilities are none.
func (p Passage) Admits(uid, gid uint32, uids, gids []IDMap) bool {
	switch {
	case MapsHostID(uids, p.UID) && MapsHostID(gids, p.GID):
		return true
	case p.UID == uid:
		return p.Mode&ownerMayPass != 0
	case p.ACL.Len() > 0 && p.Mode&groupBits != 0: // they are the list's mask; the kernel asks no list that masks all
		return p.listed(uid, gid)
	case p.GID == gid:
		return p.Mode&groupMayPass != 0
	}
	return p.Mode&otherMayPass != 0
}

// listed applies the access control list to somebody who is not the owner (acl(5)).
func (p Passage) listed(uid, gid uint32) bool {
	others, member, admitted := false, false, false
	for _, text := range p.ACL.items {
		tag, who, perm := cutEntry(text)
		switch search := strings.HasSuffix(perm, "x"); {
		case tag == "other":
			others = search
		case tag == "user" && who == strconv.FormatUint(uint64(uid), 10):
			return search && !p.masksSearch()
		case tag == "group" && (who == "" && p.GID == gid || who == strconv.FormatUint(uint64(gid), 10)):
			member, admitted = true, admitted || search
		}
	}
	if member {
		return admitted && !p.masksSearch()
	}
	return others
}

// masksSearch reports whether the list's mask takes the right to search away.
func (p Passage) masksSearch() bool {
	for _, text := range p.ACL.items {
		if tag, _, perm := cutEntry(text); tag == "mask" {
			return !strings.HasSuffix(perm, "x")
		}
	}
	return false
}

// cutEntry takes "user:1000:r-x" apart.
func cutEntry(text string) (tag, who, perm string) {
	tag, rest, _ := strings.Cut(text, ":")
	who, perm, _ = strings.Cut(rest, ":")
	return tag, who, perm
}
