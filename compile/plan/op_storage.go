package plan

import (
	"fmt"
	"slices"
	"strings"
)

// What holds a root file system becomes a block device first, by one of LoopAttach,
// NBDAttach and RBDMap, whose name only the launch knows.

// LoopAttach attaches an image to a free loop device (loop(4)), which is detached
// when its last user is gone.
type LoopAttach struct {
	Image    string `json:"image"`
	ReadOnly bool   `json:"read_only,omitempty"` // an image that cannot be written to will do
}

func (LoopAttach) Kind() Kind         { return "loop-attach" }
func (o LoopAttach) Object() string   { return o.Image }
func (o LoopAttach) Describe() string { return "attach " + o.Image + " to a loop device" }
func (o LoopAttach) Row() Row         { return Row{"attach", o.Image + " → a loop device", nil} }
func (o LoopAttach) Summary() (Topic, string) {
	return TopicRoot, "on the image " + o.Image
}
func (o LoopAttach) Requires() []Requirement {
	return []Requirement{{Need: NeedPath, Object: o.Image}, {Need: NeedModule, Object: "loop"}, {Need: NeedFreeImage, Object: o.Image}}
}

// NBDAttach attaches an image to a free network block device (qemu-nbd(8)).
type NBDAttach struct {
	Image     string `json:"image"`
	Partition uint32 `json:"partition,omitempty"` // 0: the whole of it
}

func (NBDAttach) Kind() Kind       { return "nbd-attach" }
func (o NBDAttach) Object() string { return o.Image }
func (o NBDAttach) Describe() string {
	text := "run qemu-nbd to attach " + o.Image + " to a network block device"
	if o.Partition > 0 {
		text += fmt.Sprintf(", and take its partition %d", o.Partition)
	}
	return text
}
func (o NBDAttach) Row() Row {
	row := Row{"attach", o.Image + " → a network block device", []string{"by qemu-nbd"}}
	if o.Partition > 0 {
		row.Details = append(row.Details, fmt.Sprintf("partition %d", o.Partition))
	}
	return row
}
func (o NBDAttach) Summary() (Topic, string) { return TopicRoot, "on the image " + o.Image }
func (o NBDAttach) Requires() []Requirement {
	return []Requirement{{Need: NeedPath, Object: o.Image}, {Need: NeedModule, Object: "nbd"}, {Need: NeedProgram, Object: "qemu-nbd"}}
}

// RBDMap maps an image of a Ceph cluster to a block device (rbd(8)), unless it is
// mapped already.
type RBDMap struct {
	Image  string `json:"image"`  // "pool/image"
	Device string `json:"device"` // where it is when it is mapped, "/dev/rbd/pool/image"
}

func (RBDMap) Kind() Kind       { return "rbd-map" }
func (o RBDMap) Object() string { return o.Image }
func (o RBDMap) Describe() string {
	return fmt.Sprintf("run rbd to map %s, unless it is at %s already", o.Image, o.Device)
}
func (o RBDMap) Row() Row {
	return Row{"attach", o.Image + " → " + o.Device, []string{"by rbd", "unless it is there"}}
}
func (o RBDMap) Summary() (Topic, string) { return TopicRoot, "on the image " + o.Image }
func (RBDMap) Requires() []Requirement    { return []Requirement{{Need: NeedProgram, Object: "rbd"}} }

// ZFSFind asks zfs(8) for the dataset that a directory belongs to.
type ZFSFind struct {
	Path string `json:"path"`
}

func (ZFSFind) Kind() Kind         { return "zfs-find" }
func (o ZFSFind) Object() string   { return o.Path }
func (o ZFSFind) Describe() string { return "run zfs to find the dataset of " + o.Path }
func (o ZFSFind) Row() Row         { return Row{"find", "the dataset of " + o.Path, []string{"by zfs"}} }
func (o ZFSFind) Summary() (Topic, string) {
	return TopicRoot, "on the dataset of " + o.Path
}
func (o ZFSFind) Requires() []Requirement {
	return []Requirement{{Need: NeedPath, Object: o.Path}, {Need: NeedProgram, Object: "zfs"}}
}

// RootfsDevice mounts a block device, or a dataset, on behalf of the payload, which
// in a user namespace may not.
type RootfsDevice struct {
	Source  string          `json:"source,omitempty"` // device or dataset; empty: what has been attached or found
	FSType  string          `json:"fstype,omitempty"` // empty: the first type of file system that takes it, in the kernel's order
	Set     List[MountFlag] `json:"set,omitzero"`
	Data    List[string]    `json:"data,omitzero"`
	SuperRO bool            `json:"super_ro,omitempty"`
}

func (RootfsDevice) Kind() Kind { return "rootfs-device" }
func (o RootfsDevice) Object() string {
	if o.Source == "" {
		return "attached"
	}
	return o.Source
}
func (o RootfsDevice) Describe() string {
	how := "the type of file system found on it"
	if o.FSType != "" {
		how = "type " + o.FSType
	}
	return fmt.Sprintf("mount %s as the root file system, with %s%s%s", o.what(), how, describeFlags(o.Set, List[MountFlag]{}), describeData(o.Data))
}
func (o RootfsDevice) what() string {
	if o.Source == "" {
		return "it"
	}
	return o.Source
}
func (o RootfsDevice) Masked() Op { o.Data = maskOptions(o.Data); return o }
func (o RootfsDevice) Row() Row {
	fstype := o.FSType
	if fstype == "" {
		fstype = "the type that is found on it"
	}
	return Row{"mount", o.what() + " → the root file system", slices.Concat([]string{fstype},
		wordsOfFlags(o.Set, List[MountFlag]{}), wordsOfOptions(o.FSType, o.Data))}
}
func (o RootfsDevice) Summary() (Topic, string) {
	flags := wordsOfFlags(o.Set, List[MountFlag]{})
	if o.Source == "" {
		return TopicRoot, strings.Join(flags, ", ")
	}
	return TopicRoot, qualified(o.Source, flags)
}
func (o RootfsDevice) Requires() []Requirement {
	var needs []Requirement
	if o.FSType != "" {
		needs = append(needs, Requirement{Need: NeedFileSystem, Object: o.FSType})
	}
	if strings.HasPrefix(o.Source, "/") {
		needs = append(needs, Requirement{Need: NeedPath, Object: o.Source})
	}
	return needs
}

// RootfsTree copies the mounts of a directory on behalf of the payload, for ids to
// be mapped, which in a user namespace it may not.
type RootfsTree struct {
	Source string          `json:"source"`
	Set    List[MountFlag] `json:"set,omitzero"`
	Clear  List[MountFlag] `json:"clear,omitzero"`
}

func (RootfsTree) Kind() Kind       { return "rootfs-tree" }
func (o RootfsTree) Object() string { return o.Source }
func (o RootfsTree) Describe() string {
	return fmt.Sprintf("open the root file system %s%s", o.Source, describeFlags(o.Set, o.Clear))
}
func (o RootfsTree) Row() Row {
	return Row{"open", o.Source + " → the root file system", wordsOfFlags(o.Set, o.Clear)}
}
func (o RootfsTree) Summary() (Topic, string) {
	return TopicRoot, qualified(o.Source, append(wordsOfFlags(o.Set, o.Clear), "ids mapped"))
}
func (o RootfsTree) Requires() []Requirement {
	return []Requirement{{Need: NeedDirectory, Object: o.Source}}
}

// StorageKind is how storage is removed.
type StorageKind string

// The kinds.
const (
	StorageFiles        StorageKind = ""        // a file, or a directory with all that is in it
	StorageVolume       StorageKind = "lvm"     // lvremove(8)
	StorageDataset      StorageKind = "dataset" // zfs-destroy(8)
	StorageClusterImage StorageKind = "rbd"     // rbd(8)
)

// StorageRemove destroys what holds the rootfs, once the container has ended.
type StorageRemove struct {
	Storage StorageKind `json:"storage,omitempty"`
	Path    string      `json:"path"` // or the name of a volume, dataset or image
}

func (StorageRemove) Kind() Kind         { return "storage-remove" }
func (o StorageRemove) Object() string   { return o.Path }
func (o StorageRemove) Describe() string { return "destroy the root file system " + o.Path }
func (o StorageRemove) Row() Row {
	return Row{"destroy", o.Path, []string{"when the container has ended"}}
}
func (StorageRemove) Summary() (Topic, string) {
	return TopicRoot, "destroyed when the container has ended"
}
func (o StorageRemove) Requires() []Requirement {
	program, ok := map[StorageKind]string{StorageVolume: "lvremove", StorageDataset: "zfs", StorageClusterImage: "rbd"}[o.Storage]
	if !ok {
		return nil
	}
	return []Requirement{{Need: NeedProgram, Object: program}}
}

// ContainerRemove removes the container's own directory, with its configuration, once
// the container has ended.
type ContainerRemove struct {
	Path string `json:"path"`
}

func (ContainerRemove) Kind() Kind         { return "container-remove" }
func (o ContainerRemove) Object() string   { return o.Path }
func (o ContainerRemove) Describe() string { return "remove the directory " + o.Path }
func (o ContainerRemove) Row() Row {
	return Row{"remove", o.Path, []string{"when the container has ended"}}
}
