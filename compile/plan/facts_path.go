package plan

// Way is how the host leads to a directory: whether the root of a user namespace
// gets there depends on every directory above it (path_resolution(7)).
type Way struct {
	Path     string        `json:"path"`              // as the configuration has it
	Passages List[Passage] `json:"passages,omitzero"` // from the root down to it, as far as the caller can see
}

// Passage is one directory of a way.
type Passage struct {
	Path string       `json:"path"` // links resolved
	UID  uint32       `json:"uid"`
	GID  uint32       `json:"gid"`
	Mode uint32       `json:"mode"`         // permission bits
	ACL  List[string] `json:"acl,omitzero"` // entries of its access control list as getfacl(1) writes them, with numbers: "user:1000:r-x"
}

// Way returns what is known of the way to a directory; one that was not asked
// for has no passages.
func (f Facts) Way(path string) Way {
	for _, w := range f.Ways.items {
		if w.Path == path {
			return w
		}
	}
	return Way{Path: path}
}
