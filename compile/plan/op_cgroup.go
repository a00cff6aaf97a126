package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// CgroupCreate makes the payload's cgroup in one hierarchy (cgroups(7)).
//
// Of all hierarchies together the first free name is taken: Name, then Name-1,
// Name-2 … up to Name-999, as LXC does, unless Exact says that the name was
// given verbatim by lxc.cgroup.dir.container.
type CgroupCreate struct {
	Hierarchy   string       `json:"hierarchy"`            // "memory", "cpu,cpuacct", "name=systemd", "unified"
	Version     int          `json:"version"`              // 1 or 2
	Mount       string       `json:"mount"`                // where the hierarchy is mounted
	Base        string       `json:"base,omitempty"`       // cgroup below Mount that the payload's goes into, "/" for the root; empty in a scope
	InScope     bool         `json:"in_scope,omitempty"`   // the base is the cgroup of the scope that systemd has made
	Name        string       `json:"name"`                 // of the payload's cgroup, below Base
	Inner       string       `json:"inner,omitempty"`      // lxc.cgroup.dir.container.inner: the processes' leaf below Name
	Exact       bool         `json:"exact,omitempty"`      // fail when the name is taken
	Controllers List[string] `json:"controllers,omitzero"` // v2: to enable on the way down, as far as the kernel lets them be; in a scope also all that systemd gives
	Required    List[string] `json:"required,omitzero"`    // those of them that a limit needs: without them the launch fails
}

func (CgroupCreate) Kind() Kind       { return "cgroup-create" }
func (o CgroupCreate) Object() string { return o.Hierarchy }
func (o CgroupCreate) Describe() string {
	text := "create cgroup " + below(o.Mount, o.Base, o.InScope, o.Name, o.Inner)
	if o.Controllers.Len() > 0 {
		text += ", with the controllers " + strings.Join(o.Controllers.items, " ")
	}
	return text
}
func (o CgroupCreate) Row() Row {
	row := Row{Verb: "cgroup", Subject: below(o.Mount, o.Base, o.InScope, o.Name, o.Inner)}
	if o.Controllers.Len() > 0 {
		row.Details = append(row.Details, "with controllers "+strings.Join(o.Controllers.items, " "))
	}
	if o.Exact {
		row.Details = append(row.Details, "under this name only")
	}
	return row
}
func (o CgroupCreate) Requires() []Requirement {
	if o.InScope {
		return nil // a new scope holds nothing
	}
	return []Requirement{{Need: NeedFreeCgroup, Object: path.Join(o.Mount, o.Base, o.Name), Exact: o.Exact}}
}

// below names a cgroup for people.
func below(mount, base string, inScope bool, name ...string) string {
	if inScope {
		return path.Join(name...) + " in the scope"
	}
	return path.Join(append([]string{mount, base}, name...)...)
}

// CgroupScope asks the user's systemd for a scope of its own for the container
// (systemd.scope(5), org.freedesktop.systemd1(5)): a delegated cgroup, into which
// systemd moves the monitor. The first free name of Unit-0.scope, Unit-1.scope … is
// taken.
type CgroupScope struct {
	Bus  string `json:"bus"`  // socket of the user's message bus
	Unit string `json:"unit"` // "lxc-NAME"
}

func (CgroupScope) Kind() Kind       { return "cgroup-scope" }
func (o CgroupScope) Object() string { return o.Unit }
func (o CgroupScope) Describe() string {
	return "have the user's systemd make the scope " + o.Unit + "-0.scope"
}
func (o CgroupScope) Row() Row {
	return Row{"scope", o.Unit + "-0.scope", []string{"of the user's systemd", "delegated"}}
}

// CgroupAside moves the monitor from a cgroup to one below it, for as long as it
// lives. A v2 cgroup can either hold processes or enable controllers for those
// below it (cgroups(7)), and a caller who is given one cgroup stands in it.
type CgroupAside struct {
	Hierarchy string `json:"hierarchy"`
	Mount     string `json:"mount"`
	Base      string `json:"base,omitempty"` // the cgroup that is left; empty in a scope
	InScope   bool   `json:"in_scope,omitempty"`
	Name      string `json:"name"` // of the cgroup to go to, below Base
}

func (CgroupAside) Kind() Kind       { return "cgroup-aside" }
func (o CgroupAside) Object() string { return o.Hierarchy }
func (o CgroupAside) Describe() string {
	return "move the monitor to the cgroup " + below(o.Mount, o.Base, o.InScope, o.Name)
}
func (o CgroupAside) Row() Row {
	return Row{Verb: "aside", Subject: "monitor → " + below(o.Mount, o.Base, o.InScope, o.Name)}
}

// CgroupLimit writes one file of the payload's cgroup.
type CgroupLimit struct {
	Hierarchy string `json:"hierarchy"`
	File      string `json:"file"`  // name inside the cgroup directory, such as "memory.max"
	Value     string `json:"value"` // written as it is
}

func (CgroupLimit) Kind() Kind       { return "cgroup-limit" }
func (o CgroupLimit) Object() string { return o.File }
func (o CgroupLimit) Describe() string {
	return fmt.Sprintf("write %q to %s of the payload's cgroup in %s", o.Value, o.File, o.Hierarchy)
}
func (o CgroupLimit) Row() Row {
	row := Row{Verb: "limit", Subject: o.File + " = " + o.Value}
	if controller, _, _ := strings.Cut(o.File, "."); controller != o.Hierarchy {
		row.Details = []string{"hierarchy " + o.Hierarchy}
	}
	return row
}
func (o CgroupLimit) Summary() (Topic, string) { return TopicLimits, o.File + " = " + o.Value }
func (o CgroupLimit) Changes(before Op, _ bool) []string {
	was := before.(CgroupLimit)
	if isNew(was, o) {
		return nil
	}
	return slices.Concat(nowWas(o.File, was.Value, o.Value, "empty"), nowWas("the hierarchy of "+o.File, was.Hierarchy, o.Hierarchy, "none"))
}

// CgroupDelegate gives the payload's cgroup of one hierarchy to the group of the
// container's root, so that an init in a user namespace can make cgroups of its
// own. The owner stays who started the container, as in LXC.
type CgroupDelegate struct {
	Hierarchy string       `json:"hierarchy"`
	GID       uint32       `json:"gid"`                 // host id of the container's root group
	Files     List[string] `json:"files"`               // files to hand over beside the directory itself
	ByHelper  bool         `json:"by_helper,omitempty"` // in the namespace that IDHelper has made
}

func (CgroupDelegate) Kind() Kind       { return "cgroup-delegate" }
func (o CgroupDelegate) Object() string { return o.Hierarchy }
func (o CgroupDelegate) Describe() string {
	return fmt.Sprintf("hand the payload's cgroup in %s to host group %d", o.Hierarchy, o.GID)
}
func (o CgroupDelegate) Row() Row {
	return Row{"delegate", "cgroup of " + o.Hierarchy, []string{fmt.Sprintf("to host group %d, the container's root group", o.GID)}}
}

// CgroupEnter moves the payload into its v1 cgroups. The payload does it itself,
// by writing "0" to each tasks file, because a thread that moves itself waits
// for no RCU grace period; the v2 cgroup is entered by clone3.
type CgroupEnter struct {
	Hierarchies List[string] `json:"hierarchies"`
}

func (CgroupEnter) Kind() Kind     { return "cgroup-enter" }
func (CgroupEnter) Object() string { return "v1" }
func (o CgroupEnter) Describe() string {
	return "enter the payload's cgroups of " + strings.Join(o.Hierarchies.items, " ")
}

// CgroupPlace is where a container without a cgroup namespace sees the payload's
// cgroup of one hierarchy: at the place in the hierarchy where it is.
type CgroupPlace struct {
	Hierarchy string `json:"hierarchy"`
	Target    string `json:"target"` // directory in the container that stands for the hierarchy
	Base      string `json:"base"`   // as of CgroupCreate
	Name      string `json:"name"`   // as of CgroupCreate, but for the suffix that the launch finds
	Inner     string `json:"inner,omitempty"`
}

// Path is the path in the container, but for the suffix.
func (p CgroupPlace) Path() string { return path.Join(p.Target, p.Base, p.Name, p.Inner) }

// CgroupDirectory makes the directory that a CgroupBind goes on.
type CgroupDirectory struct {
	Place CgroupPlace `json:"place"`
}

func (CgroupDirectory) Kind() Kind         { return "cgroup-directory" }
func (o CgroupDirectory) Object() string   { return o.Place.Hierarchy }
func (o CgroupDirectory) Describe() string { return "make directory " + o.Place.Path() }
func (o CgroupDirectory) Row() Row         { return Row{"mkdir", o.Place.Path(), nil} }

// CgroupBind shows the payload's own cgroup of one hierarchy.
type CgroupBind struct {
	Place    CgroupPlace `json:"place"`
	ReadOnly bool        `json:"read_only,omitempty"`
}

func (CgroupBind) Kind() Kind       { return "cgroup-bind" }
func (o CgroupBind) Object() string { return o.Place.Hierarchy }
func (o CgroupBind) Describe() string {
	text := fmt.Sprintf("bind the payload's cgroup in %s on %s", o.Place.Hierarchy, o.Place.Path())
	if o.ReadOnly {
		text += " (ro)"
	}
	return text
}
func (o CgroupBind) Row() Row {
	row := Row{"bind", "the payload's cgroup of " + o.Place.Hierarchy + " → " + o.Place.Path(), nil}
	if o.ReadOnly {
		row.Details = []string{FlagReadOnly.words(true)}
	}
	return row
}
