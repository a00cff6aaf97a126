//go:build linux

package remains

import (
	"fmt"
	"strings"
)

// Kind is a kind of thing. NETWORK is the network namespace that one is in, as
// /proc/PID/ns/net names it.
type Kind string

// The kinds, with the words that say which thing it is.
const (
	Cgroup      Kind = "cgroup"           // DIRECTORY
	CgroupAbove Kind = "cgroup-above"     // DIRECTORY: of lxc.cgroup.dir; others may use it too
	Controllers Kind = "controllers"      // DIRECTORY CONTROLLER…
	Link        Kind = "link"             // NETWORK NAME
	Device      Kind = "device"           // NETWORK INDEX NAME MTU ADDRESS ALTNAME…
	Route       Kind = "route"            // NETWORK LINK DESTINATION
	Proxy       Kind = "proxy"            // NETWORK LINK ADDRESS
	Port        Kind = "openvswitch-port" // BRIDGE NAME
	NBD         Kind = "nbd"              // DEVICE IMAGE
	RBD         Kind = "rbd"              // DEVICE
	Profile     Kind = "apparmor-profile" // NAME NAMESPACE
)

// kinds is one row a kind: how many words it has, at least, and how it is told, with
// %1, %2 … in the place of words.
var kinds = [...]kindRow{
	{Cgroup, 1, "cgroup %1"},
	{CgroupAbove, 1, "cgroup %1"},
	{Controllers, 2, "controllers that are enabled in %1"},
	{Link, 2, "link %2"},
	{Device, 5, "device %3"},
	{Route, 3, "route to %3 on %2"},
	{Proxy, 3, "proxy entry for %3 on %2"},
	{Port, 2, "port %2 of %1"},
	{NBD, 2, "image %2 on %1"},
	{RBD, 1, "image on %1"},
	{Profile, 2, "AppArmor profile %1"},
}

type kindRow struct {
	kind  Kind
	words int
	text  string
}

// rowOf finds the row of a kind, ok false for none.
func rowOf(kind Kind) (row kindRow, ok bool) {
	for _, row := range kinds {
		if row.kind == kind {
			return row, true
		}
	}
	return kindRow{}, false
}

// String says what a thing is, for people.
func (t Thing) String() string {
	row, _ := rowOf(t.Kind)
	text := row.text
	for i, word := range t.Words[:min(len(t.Words), 9)] {
		text = strings.ReplaceAll(text, "%"+string(rune('1'+i)), word)
	}
	return text
}

// known reports whether a thing is of a kind, and has all words of it.
func (t Thing) known() bool {
	row, ok := rowOf(t.Kind)
	return ok && len(t.Words) >= row.words
}

// Words says what things are, for people: the same kind of thing once, with the number
// of them, because a host may have a dozen hierarchies of cgroups.
func Words(things []Thing) []string {
	var words []string
	told := make(map[Kind]bool)
	for _, t := range things {
		kind := t.Kind
		if kind == CgroupAbove {
			kind = Cgroup
		}
		if told[kind] {
			continue
		}
		told[kind] = true
		text := t.String()
		if more := count(things, kind) - 1; more > 0 {
			text += fmt.Sprintf(" and %d more like it", more)
		}
		words = append(words, text)
	}
	return words
}

// count counts the things of a kind; cgroups are of one, whoever may use them.
func count(things []Thing, kind Kind) (n int) {
	for _, t := range things {
		if t.Kind == kind || kind == Cgroup && t.Kind == CgroupAbove {
			n++
		}
	}
	return n
}
