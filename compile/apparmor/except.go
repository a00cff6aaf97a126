package apparmor

import (
	"slices"
	"strings"
)

// AppArmor's rules have no "everything but": a deny rule beats every allow rule.
// What is meant has to be spelt out as globs that match whatever differs from the
// exceptions, letter by letter (apparmor.d(5), globbing).

// except returns globs, relative to a directory, that match all in it but the
// exceptions. The globs in whole match a name and what is below it, those in below
// only the latter.
//
// An exception is a path whose last part may be "**", for a directory with all that
// is in it. A part that ends in "*" is every name that begins so.
func except(exceptions ...string) (whole, below []string) {
	root := &excepted{}
	for _, e := range exceptions {
		at := root
		for _, part := range strings.Split(e, "/") {
			if part == "**" {
				at.all = true
				break
			}
			at = at.child(part)
		}
	}
	root.globs("", &whole, &below)
	return whole, below
}

// excepted is a directory that exceptions lead to or through.
type excepted struct {
	names []string
	dirs  []*excepted // of the same index
	all   bool        // nothing in it is matched
}

func (d *excepted) child(name string) *excepted {
	i := slices.Index(d.names, name)
	if i < 0 {
		i = len(d.names)
		d.names, d.dirs = append(d.names, name), append(d.dirs, &excepted{})
	}
	return d.dirs[i]
}

// globs appends what matches everything in the directory at prefix but the names.
func (d *excepted) globs(prefix string, whole, below *[]string) {
	if d.all || len(d.names) == 0 {
		return
	}
	d.namesBut(prefix, "", whole)
	for i, name := range d.names {
		if strings.HasSuffix(name, "*") {
			*below = append(*below, prefix+name)
			continue
		}
		d.dirs[i].globs(prefix+name+"/", whole, below)
	}
}

// namesBut appends globs for the names that begin with start and are none of those
// of the directory.
func (d *excepted) namesBut(prefix, start string, whole *[]string) {
	var next []byte // letters with which a name goes on
	named := false
	for _, name := range d.names {
		rest, begins := strings.CutPrefix(name, start)
		switch {
		case !begins:
		case rest == "*":
			return // whatever follows is excepted
		case rest == "":
			named = true
		case !slices.Contains(next, rest[0]):
			next = append(next, rest[0])
		}
	}
	slices.Sort(next)
	switch {
	case len(next) > 0:
		*whole = append(*whole, prefix+start+"[^"+string(next)+"]*")
	case named:
		*whole = append(*whole, prefix+start+"?*")
	}
	for _, letter := range next {
		d.namesBut(prefix, start+string(letter), whole)
	}
}

// denyBut denies access to everything below a directory but the exceptions. The
// first two letters of access are not among the rights of reading, so that /proc and
// /sys can still be looked at.
func denyBut(dir, rights string, exceptions ...string) []string {
	whole, below := except(exceptions...)
	rules := []string{"deny " + dir + "/" + oneOf(whole) + "{,/**} " + rights}
	if len(below) > 0 {
		rules = append(rules, "deny "+dir+"/"+oneOf(below)+"/** "+rights)
	}
	return rules
}

// oneOf is a glob that matches what any of some globs matches.
func oneOf(globs []string) string {
	if len(globs) == 1 {
		return globs[0]
	}
	return "{" + strings.Join(globs, ",") + "}"
}
