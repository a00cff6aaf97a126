package plan

import (
	"fmt"
	"slices"
)

// CallerFacts describes who starts the container.
type CallerFacts struct {
	UID          uint32         `json:"uid"`
	GID          uint32         `json:"gid"`
	Capabilities List[string]   `json:"capabilities,omitzero"` // effective, "CAP_SYS_ADMIN"; empty for an ordinary user
	User         string         `json:"user,omitempty"`        // login name, for /etc/subuid
	InUserNS     bool           `json:"in_user_namespace,omitempty"`
	Confined     bool           `json:"seccomp_confined,omitempty"` // a seccomp filter holds the caller
	OwnUIDs      List[SubIDs]   `json:"own_uids,omitzero"`          // in a user namespace: the ids there are
	OwnGIDs      List[SubIDs]   `json:"own_gids,omitzero"`
	NoUserNS     string         `json:"no_user_namespaces,omitempty"` // the setting of the host that keeps the caller from making them
	NewIDMap     bool           `json:"newidmap,omitempty"`           // newuidmap and newgidmap are there and privileged
	SubUIDs      List[SubIDs]   `json:"subuids,omitzero"`
	SubGIDs      List[SubIDs]   `json:"subgids,omitzero"`
	UserNIC      string         `json:"user_nic,omitempty"` // path of lxc-user-nic, empty when it is not there or not privileged
	NICGrants    List[NICGrant] `json:"nic_grants,omitzero"`
	Systemd      UserSystemd    `json:"systemd,omitzero"`
}

// NICGrant is a line of /etc/lxc/lxc-usernet (lxc-usernet(5)) that is about the
// caller or one of its groups.
type NICGrant struct {
	Type   string `json:"type"`   // "veth"
	Bridge string `json:"bridge"` // "none" for a pair that is attached to nothing
	Count  int    `json:"count"`
}

// String gives the grant without the name it is for: "veth br0 10".
func (g NICGrant) String() string { return fmt.Sprintf("%s %s %d", g.Type, g.Bridge, g.Count) }

// UserSystemd is the caller's own systemd (systemd(1), --user).
type UserSystemd struct {
	Bus         string       `json:"bus"`                  // socket of the message bus on which it answers, empty when there is none
	Controllers List[string] `json:"controllers,omitzero"` // v2 controllers that it may hand out, empty when that cannot be seen
}

// SubIDs is a range of ids, as in subuid(5).
type SubIDs struct {
	First uint32 `json:"first"`
	Count uint32 `json:"count"`
}

// String gives the range as subuid(5) writes it behind a name: "100000:65536".
func (s SubIDs) String() string { return fmt.Sprintf("%d:%d", s.First, s.Count) }

// Root reports whether the caller is root of the initial user namespace, in
// LXC's sense: effective uid 0.
func (c CallerFacts) Root() bool { return c.UID == 0 }

// Has reports whether the caller has a capability in effect, "CAP_MKNOD".
func (c CallerFacts) Has(capability string) bool {
	return slices.Contains(c.Capabilities.items, capability)
}
