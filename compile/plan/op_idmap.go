package plan

import (
	"fmt"
	"slices"
)

// An idmapped bind takes both sides: the payload opens what it shows, the monitor,
// which has the rights over the host's file systems, maps the ids of that mount, and
// the payload puts it in place.

// TreeOpen opens what an idmapped bind shows and hands it to the monitor.
type TreeOpen struct {
	Source      string `json:"source"`
	InContainer bool   `json:"in_container,omitempty"` // as of Bind
	Below       string `json:"below,omitempty"`        // as of Bind
	Target      string `json:"target"`                 // of the bind it belongs to
	Recursive   bool   `json:"recursive,omitempty"`
	Optional    bool   `json:"optional,omitempty"`
}

func (TreeOpen) Kind() Kind       { return "tree-open" }
func (o TreeOpen) Object() string { return o.Target }
func (o TreeOpen) Describe() string {
	return fmt.Sprintf("open %s%s", o.shown().describe(), describeOptional(o.Optional))
}
func (o TreeOpen) shown() shown { return shown{o.Source, o.InContainer, o.Below} }
func (o TreeOpen) Row() Row {
	row := o.shown().row(o.Target)
	row.Verb = "open"
	if o.Recursive {
		row.Details = append(row.Details, "with all mounted below")
	}
	row.Details = append(row.Details, wordsOfLeniency(o.Optional, false)...)
	return row
}
func (o TreeOpen) Summary() (Topic, string) {
	return TopicMounts, qualified(o.shown().summary(o.Target), []string{"ids mapped"})
}
func (o TreeOpen) Requires() []Requirement { return o.shown().requires(o.Optional, CreateNothing) }

// IDMapContainer stands for the container's own user namespace in MountIDMap.
const IDMapContainer = "container"

// MountIDMap has a mount show the owners of its files through the ids of a user
// namespace (mount_setattr(2), MOUNT_ATTR_IDMAP).
type MountIDMap struct {
	Target    string `json:"target"`              // of the bind; "/" for the rootfs
	UserNS    string `json:"user_namespace"`      // IDMapContainer, or the path of a user namespace's file
	Recursive bool   `json:"recursive,omitempty"` // the mounts below as well
	Optional  bool   `json:"optional,omitempty"`
}

func (MountIDMap) Kind() Kind       { return "mount-id-map" }
func (o MountIDMap) Object() string { return o.Target }
func (o MountIDMap) Describe() string {
	return fmt.Sprintf("map the owners of files on %s by %s%s", o.Target, o.mapper(), describeOptional(o.Optional))
}
func (o MountIDMap) mapper() string {
	if o.UserNS != IDMapContainer {
		return "the user namespace " + o.UserNS
	}
	return "the container's user namespace"
}
func (o MountIDMap) Row() Row {
	row := Row{Verb: "map owners", Subject: o.Target, Details: []string{"by " + o.mapper()}}
	if o.Recursive {
		row.Details = append(row.Details, "with all mounted below")
	}
	row.Details = append(row.Details, wordsOfLeniency(o.Optional, false)...)
	return row
}
func (o MountIDMap) Requires() []Requirement {
	if o.UserNS == IDMapContainer {
		return nil
	}
	return []Requirement{{Need: NeedPath, Object: o.UserNS, Lenient: o.Optional}}
}

// TreeAttach puts an idmapped bind in place.
type TreeAttach struct {
	Target      string          `json:"target"`
	Set         List[MountFlag] `json:"set,omitzero"`
	Clear       List[MountFlag] `json:"clear,omitzero"`
	Create      Create          `json:"create,omitempty"`
	Optional    bool            `json:"optional,omitempty"`
	Propagation Propagation     `json:"propagation,omitempty"`
}

func (TreeAttach) Kind() Kind       { return "tree-attach" }
func (o TreeAttach) Object() string { return o.Target }
func (o TreeAttach) Describe() string {
	return fmt.Sprintf("bind it on %s%s%s%s%s", o.Target, describeFlags(o.Set, o.Clear), describeCreate(o.Create),
		describePropagation(o.Propagation), describeOptional(o.Optional))
}
func (o TreeAttach) Row() Row {
	return Row{"attach", "it → " + o.Target, slices.Concat(wordsOfFlags(o.Set, o.Clear), wordsOfPropagation(o.Propagation),
		wordsOfCreate(o.Create), wordsOfLeniency(o.Optional, false))}
}
func (o TreeAttach) Requires() []Requirement {
	return []Requirement{{Need: NeedTarget, Object: o.Target, Lenient: o.Optional, Create: o.Create}}
}
