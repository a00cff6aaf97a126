//go:build linux

package probe

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// Way looks at a directory of this host and at all above it.
func Way(path string) plan.Way { return host{root: "/"}.way(path) }

// way looks at a directory and at all above it. Where the caller itself cannot
// pass, what lies behind is not known.
func (h host) way(path string) plan.Way {
	w := plan.Way{Path: path}
	real, err := filepath.EvalSymlinks(filepath.Join(h.root, path))
	if err != nil {
		real = filepath.Join(h.root, path)
	}
	inside := strings.TrimPrefix(real, strings.TrimSuffix(h.root, "/"))
	passages := []plan.Passage{}
	for _, at := range prefixes(inside) {
		p, ok := h.passage(at)
		if !ok {
			break
		}
		passages = append(passages, p)
	}
	w.Passages = plan.ListOf(passages...)
	return w
}

// prefixes are the directories that lead to a path, "/" first, and itself.
func prefixes(path string) []string {
	all := []string{"/"}
	for i, c := range path {
		if c == '/' && i > 0 {
			all = append(all, path[:i])
		}
	}
	if path != "/" {
		all = append(all, path)
	}
	return all
}

func (h host) passage(path string) (plan.Passage, bool) {
	name := filepath.Join(h.root, path)
	var st unix.Stat_t
	if unix.Stat(name, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return plan.Passage{}, false
	}
	return plan.Passage{Path: path, UID: st.Uid, GID: st.Gid, Mode: st.Mode & 0o7777, ACL: plan.ListOf(accessList(name)...)}, true
}
