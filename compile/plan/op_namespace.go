package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Spawn clones the payload (clone(2), clone3). The namespaces that can be made
// by clone are made here; the rest by Unshare.
type Spawn struct {
	Namespaces NamespaceSet `json:"namespaces"`
	IntoCgroup string       `json:"into_cgroup,omitempty"` // v2 hierarchy whose payload cgroup the child starts in
	Join       List[Join]   `json:"join,omitzero"`         // namespaces of others, in the order they are joined (setns(2))
}

func (Spawn) Kind() Kind     { return "spawn" }
func (Spawn) Object() string { return "payload" }
func (o Spawn) Describe() string {
	text := "clone the payload"
	if o.Namespaces.Len() > 0 {
		text += " with new namespaces " + o.Namespaces.String()
	}
	for i, j := range o.Join.All() {
		text += [...]string{", in the namespaces ", ", "}[min(i, 1)] + j.String()
	}
	if o.IntoCgroup != "" {
		text += ", directly into its cgroup in " + o.IntoCgroup
	}
	return text
}
func (o Spawn) Row() Row {
	row := Row{Verb: "clone", Subject: "the payload"}
	if o.Namespaces.Len() > 0 {
		row.Details = []string{"new namespaces " + o.Namespaces.String()}
	}
	for _, j := range o.Join.All() {
		row.Details = append(row.Details, j.String())
	}
	if o.IntoCgroup != "" {
		row.Details = append(row.Details, "into its cgroup of "+o.IntoCgroup)
	}
	return row
}
func (o Spawn) Summary() (Topic, string) {
	var words []string
	if o.Namespaces.Len() > 0 {
		words = append(words, o.Namespaces.String())
	}
	for _, j := range o.Join.All() {
		words = append(words, fmt.Sprintf("%s (%s)", j.Namespace, j.whose()))
	}
	return TopicNamespaces, strings.Join(words, " ")
}
func (o Spawn) Requires() []Requirement {
	var needs []Requirement
	for _, j := range o.Join.All() {
		needs = append(needs, j.requires())
	}
	return needs
}
func (o Spawn) Changes(before Op, _ bool) []string {
	was := before.(Spawn)
	return slices.Concat(changedNamespaces(was.Namespaces, o.Namespaces), changedJoins(was.Join, o.Join), nowWas("the cgroup it starts in", was.IntoCgroup, o.IntoCgroup, "the monitor's"))
}

// changedNamespaces says which namespaces the container has of its own, and which no
// longer.
func changedNamespaces(was, is NamespaceSet) []string {
	var words []string
	for _, n := range namespaceOrder {
		switch {
		case is.Has(n) && !was.Has(n):
			words = append(words, fmt.Sprintf("the container has a %s namespace of its own", n))
		case was.Has(n) && !is.Has(n):
			words = append(words, fmt.Sprintf("the container no longer has a %s namespace of its own", n))
		}
	}
	return words
}

// Join is a namespace of another process or container that the payload is made in.
// Just one of PID, Container and Path says whose: which file that is on this host
// only the launch knows.
type Join struct {
	Namespace Namespace `json:"namespace"`
	PID       uint32    `json:"pid,omitempty"`
	Container string    `json:"container,omitempty"` // running, in the same directory of containers
	Path      string    `json:"path,omitempty"`      // a file such as /proc/PID/ns/net
}

// String says whose namespace it is, "net of container gateway".
func (j Join) String() string { return string(j.Namespace) + " " + j.whose() }

func (j Join) whose() string {
	switch {
	case j.Container != "":
		return "of container " + j.Container
	case j.PID != 0:
		return fmt.Sprintf("of process %d", j.PID)
	}
	return "at " + j.Path
}

// File is the file of the namespace, empty for that of a container.
func (j Join) File() string {
	if j.PID != 0 {
		return fmt.Sprintf("/proc/%d/ns/%s", j.PID, j.Namespace)
	}
	return j.Path
}

func (j Join) requires() Requirement {
	if j.Container != "" {
		return Requirement{Need: NeedContainer, Object: j.Container}
	}
	return Requirement{Need: NeedPath, Object: j.File()}
}

// changedJoins says which namespaces of others the container is in, and in which no
// longer.
func changedJoins(was, is List[Join]) []string {
	var words []string
	for _, j := range is.All() {
		if !slices.Contains(was.items, j) {
			words = append(words, "the container is in the namespace "+j.String())
		}
	}
	for _, j := range was.All() {
		if !slices.Contains(is.items, j) {
			words = append(words, "the container is no longer in the namespace "+j.String())
		}
	}
	return words
}

// Unshare leaves namespaces that must not be made by clone: the cgroup namespace
// is rooted where its maker stands, so it comes after the cgroups were entered.
type Unshare struct {
	Namespaces NamespaceSet `json:"namespaces"`
}

func (Unshare) Kind() Kind                 { return "unshare" }
func (o Unshare) Object() string           { return o.Namespaces.String() }
func (o Unshare) Describe() string         { return "unshare namespaces " + o.Namespaces.String() }
func (o Unshare) Summary() (Topic, string) { return TopicNamespaces, o.Namespaces.String() }
func (o Unshare) Changes(before Op, _ bool) []string {
	return changedNamespaces(before.(Unshare).Namespaces, o.Namespaces)
}

// MonitorUnshare gives the monitor a mount namespace of its own, to which mounts
// come from the host but from which none goes there (unshare(2)).
type MonitorUnshare struct{}

func (MonitorUnshare) Kind() Kind       { return "monitor-unshare" }
func (MonitorUnshare) Object() string   { return "mnt" }
func (MonitorUnshare) Describe() string { return "unshare the monitor's mount namespace" }

// NamespaceHold opens namespaces of the payload, for programs of the host that run
// when it is gone.
// Those that it is cloned in the spawn opens already: a launch that fails later has
// hooks to run as well.
type NamespaceHold struct {
	Namespaces NamespaceSet `json:"namespaces"`
}

func (NamespaceHold) Kind() Kind     { return "namespace-hold" }
func (NamespaceHold) Object() string { return "payload" }
func (o NamespaceHold) Describe() string {
	return "keep the payload's namespaces " + o.Namespaces.String() + " for what runs at the end"
}

// ClockOffset is what a clock of the container shows more than the host's.
type ClockOffset struct {
	Seconds     int64 `json:"seconds"`
	Nanoseconds int64 `json:"nanoseconds"` // 0 to 999999999, forward from the seconds
}

func (o ClockOffset) String() string {
	switch {
	case o.Nanoseconds == 0:
		return fmt.Sprintf("%ds", o.Seconds)
	case o.Seconds == 0:
		return fmt.Sprintf("%dns", o.Nanoseconds)
	}
	return fmt.Sprintf("%ds and %dns", o.Seconds, o.Nanoseconds)
}

// TimeNamespace makes a time namespace, sets its clocks and enters it
// (time_namespaces(7)). The clocks can be set until the first process is in it,
// which clone would be: so it is made by unshare(2), which leaves its caller
// outside, and entered by setns(2).
type TimeNamespace struct {
	Monotonic ClockOffset `json:"monotonic"`
	Boot      ClockOffset `json:"boot"`
}

func (TimeNamespace) Kind() Kind     { return "time-namespace" }
func (TimeNamespace) Object() string { return "clocks" }
func (o TimeNamespace) Describe() string {
	if o == (TimeNamespace{}) {
		return "make and enter a time namespace"
	}
	return fmt.Sprintf("make and enter a time namespace, monotonic clock %s and boot clock %s off the host's", o.Monotonic, o.Boot)
}
func (o TimeNamespace) Row() Row {
	row := Row{Verb: "make", Subject: "a time namespace"}
	if o.Monotonic != (ClockOffset{}) {
		row.Details = append(row.Details, fmt.Sprintf("monotonic clock %s off the host's", o.Monotonic))
	}
	if o.Boot != (ClockOffset{}) {
		row.Details = append(row.Details, fmt.Sprintf("boot clock %s off the host's", o.Boot))
	}
	return row
}
func (TimeNamespace) Summary() (Topic, string) { return TopicNamespaces, string(NamespaceTime) }
func (o TimeNamespace) Changes(before Op, _ bool) []string {
	was := before.(TimeNamespace)
	if isNew(was, o) {
		return nil
	}
	return slices.Concat(nowWas("the monotonic clock's offset", was.Monotonic.String(), o.Monotonic.String(), ""),
		nowWas("the boot clock's offset", was.Boot.String(), o.Boot.String(), ""))
}
