package plan

import (
	"fmt"
	"slices"
	"strings"
)

// The payload builds on one of Rootfs, RootfsOverlay, RootfsTake and HostRoot.

// Rootfs binds a directory with all that is mounted below it as the container's
// root.
type Rootfs struct {
	Source string          `json:"source"` // directory on the host
	At     string          `json:"at"`     // directory on the host to mount it at; equal to Source to mount it over itself
	Set    List[MountFlag] `json:"set,omitzero"`
	Clear  List[MountFlag] `json:"clear,omitzero"`
}

func (Rootfs) Kind() Kind       { return "rootfs" }
func (o Rootfs) Object() string { return o.Source }
func (o Rootfs) Describe() string {
	return fmt.Sprintf("bind the root file system %s at %s%s", o.Source, o.At, describeFlags(o.Set, o.Clear))
}
func (o Rootfs) Row() Row {
	return Row{"rootfs", o.Source + " → /", append(wordsOfFlags(o.Set, o.Clear), wordsOfPlace(o.At, o.Source)...)}
}
func (o Rootfs) Summary() (Topic, string) {
	return TopicRoot, qualified(o.Source, wordsOfFlags(o.Set, o.Clear))
}
func (o Rootfs) Requires() []Requirement {
	return []Requirement{{Need: NeedDirectory, Object: o.Source, Owned: true}, {Need: NeedDirectory, Object: o.At}}
}
func (o Rootfs) Changes(before Op, _ bool) []string {
	was := before.(Rootfs)
	if isNew(was, o) {
		return nil
	}
	const what = "the root file system"
	return slices.Concat(nowWas(what, was.Source, o.Source, "nothing"), nowWas("the place it is set up at", was.At, o.At, "nowhere"),
		changedFlags(what, was.Set, o.Set))
}

// RootfsOverlay mounts an overlay file system as the container's root
// (Documentation/filesystems/overlayfs.rst of the kernel). Upper and Work are made
// when they are missing, and stay.
type RootfsOverlay struct {
	Lowers  List[string]    `json:"lowers"` // the topmost first
	Upper   string          `json:"upper"`
	Work    string          `json:"work"`
	At      string          `json:"at"`
	Set     List[MountFlag] `json:"set,omitzero"`
	Data    List[string]    `json:"data,omitzero"` // options beside the directories
	SuperRO bool            `json:"super_ro,omitempty"`
}

func (RootfsOverlay) Kind() Kind       { return "rootfs-overlay" }
func (o RootfsOverlay) Object() string { return o.Upper }
func (o RootfsOverlay) Describe() string {
	return fmt.Sprintf("mount an overlay of %s over %s as the root file system at %s%s%s", o.Upper, strings.Join(o.Lowers.items, ", "), o.At,
		describeFlags(o.Set, List[MountFlag]{}), describeData(o.Data))
}
func (o RootfsOverlay) Masked() Op { o.Data = maskOptions(o.Data); return o }
func (o RootfsOverlay) Row() Row {
	return Row{"rootfs", o.Upper + " → /", slices.Concat([]string{"over " + strings.Join(o.Lowers.items, ", ")},
		wordsOfFlags(o.Set, List[MountFlag]{}), wordsOfOptions("overlay", o.Data), wordsOfPlace(o.At, ""))}
}
func (o RootfsOverlay) Summary() (Topic, string) {
	return TopicRoot, qualified(o.Upper+" over "+strings.Join(o.Lowers.items, ", "), wordsOfFlags(o.Set, List[MountFlag]{}))
}
func (o RootfsOverlay) Requires() []Requirement {
	needs := []Requirement{{Need: NeedFileSystem, Object: "overlay"}, {Need: NeedDirectory, Object: o.At}}
	for _, lower := range o.Lowers.items {
		needs = append(needs, Requirement{Need: NeedDirectory, Object: lower, Owned: true})
	}
	return needs
}

// RootfsTake receives the mount that the monitor has made, by RootfsDevice or
// RootfsTree, and makes it the container's root.
type RootfsTake struct {
	At string `json:"at"` // directory on the host to mount it at
}

func (RootfsTake) Kind() Kind       { return "rootfs-take" }
func (o RootfsTake) Object() string { return o.At }
func (o RootfsTake) Describe() string {
	return "take the root file system from the monitor, at " + o.At
}
func (o RootfsTake) Row() Row { return Row{"rootfs", "from the monitor → /", wordsOfPlace(o.At, "")} }
func (o RootfsTake) Requires() []Requirement {
	return []Requirement{{Need: NeedDirectory, Object: o.At}}
}

// HostRoot leaves the container on the host's own root file system, seen from a
// mount namespace of its own.
type HostRoot struct{}

func (HostRoot) Kind() Kind       { return "host-root" }
func (HostRoot) Object() string   { return "/" }
func (HostRoot) Describe() string { return "use the host's root file system" }
func (HostRoot) Row() Row {
	return Row{"rootfs", "the host's / → /", []string{"mounts stay the container's"}}
}

// RootfsPin keeps a file of the rootfs open, so that nobody in the container can
// make the file system it shares with the host read-only.
type RootfsPin struct {
	Path string `json:"path"` // the rootfs on the host
}

func (RootfsPin) Kind() Kind         { return "rootfs-pin" }
func (o RootfsPin) Object() string   { return o.Path }
func (o RootfsPin) Describe() string { return "keep an unnamed file open in " + o.Path }
func (o RootfsPin) Row() Row {
	return Row{"pin", o.Path, []string{"its file system stays writable"}}
}

// wordsOfPlace says where a root file system is until the pivot.
func wordsOfPlace(at, source string) []string {
	if at == source {
		return nil
	}
	return []string{"at " + at + " until the pivot"}
}
