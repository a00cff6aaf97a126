package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Create says what to make at the target of a mount when nothing is there.
type Create string

// What to create.
const (
	CreateNothing Create = ""
	CreateDir     Create = "dir"      // and its parents, mode 0755
	CreateFile    Create = "file"     // empty, and its parents
	ReplaceByFile Create = "new-file" // an empty file in the place of what is there
)

// Propagation is the propagation type of a mount (mount_namespaces(7)). The
// forms with r apply to the whole tree below the mount.
type Propagation string

// MountFlag is a per-mount flag under the name that mount(8) gives it.
type MountFlag string

// The flags.
const (
	FlagReadOnly    MountFlag = "ro"
	FlagNoSUID      MountFlag = "nosuid"
	FlagNoDev       MountFlag = "nodev"
	FlagNoExec      MountFlag = "noexec"
	FlagNoATime     MountFlag = "noatime"
	FlagNoDirATime  MountFlag = "nodiratime"
	FlagRelATime    MountFlag = "relatime"
	FlagStrictATime MountFlag = "strictatime"
	FlagNoSymFollow MountFlag = "nosymfollow"
)

// Paths inside the container are written from its root, "/dev/pts", and are
// resolved by the launch below the rootfs without following any symbolic link.

// MakePrivate keeps the container's mounts from reaching the host
// (mount_namespaces(7)): every mount of the payload's namespace becomes a slave.
type MakePrivate struct {
	Propagation Propagation `json:"propagation"`
}

func (MakePrivate) Kind() Kind     { return "propagation" }
func (MakePrivate) Object() string { return "/" }
func (o MakePrivate) Describe() string {
	return fmt.Sprintf("make every mount of the new namespace %s, so that none reaches the host", o.Propagation)
}
func (o MakePrivate) Row() Row {
	return Row{"isolate", "every mount", []string{"none reaches the host", "propagation " + string(o.Propagation)}}
}
func (MakePrivate) Requires() []Requirement {
	return []Requirement{{Need: NeedKernel, Object: "5.12"}} // mount_setattr(2)
}

// Mount mounts a new instance of a file system.
type Mount struct {
	Source      string          `json:"source"` // shown in mountinfo; for block file systems the device
	Target      string          `json:"target"` // in the container
	FSType      string          `json:"fstype"`
	Set         List[MountFlag] `json:"set,omitzero"`
	Data        List[string]    `json:"data,omitzero"`      // file system options, "size=500000" or a bare word
	SuperRO     bool            `json:"super_ro,omitempty"` // the file system itself is read-only, not just the mount
	HostDirs    List[string]    `json:"host_dirs,omitzero"` // directories of the host that are made when they are missing, and stay
	Create      Create          `json:"create,omitempty"`
	Optional    bool            `json:"optional,omitempty"`     // any failure is let pass
	SkipMissing bool            `json:"skip_missing,omitempty"` // a target that does not exist is let pass
	Propagation Propagation     `json:"propagation,omitempty"`
}

func (Mount) Kind() Kind       { return "mount" }
func (o Mount) Object() string { return o.Target }
func (o Mount) Describe() string {
	text := fmt.Sprintf("mount %s on %s%s%s", o.FSType, o.Target, describeFlags(o.Set, List[MountFlag]{}), describeData(o.Data))
	if o.HostDirs.Len() > 0 {
		text += ", making " + strings.Join(o.HostDirs.items, " and ")
	}
	return text + describeCreate(o.Create) + describePropagation(o.Propagation) + describeOptional(o.Optional)
}

// Masked hides what logs in to a file server.
func (o Mount) Masked() Op { o.Data = maskOptions(o.Data); return o }
func (o Mount) Row() Row {
	row := Row{Verb: "mount", Subject: o.FSType + " → " + o.Target}
	if strings.HasPrefix(o.Source, "/") {
		row = Row{Verb: "mount", Subject: o.Source + " → " + o.Target, Details: []string{o.FSType}}
	}
	row.Details = slices.Concat(row.Details, wordsOfFlags(o.Set, List[MountFlag]{}), wordsOfOptions(o.FSType, o.Data), wordsOfPropagation(o.Propagation),
		wordsOfCreate(o.Create), wordsOfLeniency(o.Optional, o.SkipMissing))
	if o.HostDirs.Len() > 0 {
		row.Details = append(row.Details, "makes "+strings.Join(o.HostDirs.items, " and "))
	}
	return row
}
func (o Mount) Summary() (Topic, string) {
	words := o.FSType + " " + o.Target
	if strings.HasPrefix(o.Source, "/") {
		words = o.Source + " → " + o.Target
	}
	return TopicMounts, qualified(words, readOnlyWords(o.Set))
}
func (o Mount) Requires() []Requirement {
	lenient := o.Optional || o.SkipMissing
	needs := []Requirement{{Need: NeedFileSystem, Object: o.FSType, Lenient: o.Optional}, {Need: NeedTarget, Object: o.Target, Lenient: lenient, Create: o.Create}}
	if strings.HasPrefix(o.Source, "/") && !strings.HasPrefix(o.Source, "//") { // of a share of a file server
		needs = append(needs, Requirement{Need: NeedPath, Object: o.Source, Lenient: o.Optional})
	}
	return needs
}
func (o Mount) Changes(before Op, show bool) []string {
	was := before.(Mount)
	if isNew(was, o) || was.Target != o.Target {
		return nil
	}
	return slices.Concat(
		nowWas("the file system on "+o.Target, was.FSType, o.FSType, "nothing"),
		nowWas("the source of "+o.Target, was.Source, o.Source, "nothing"),
		changedOptions(o.Target, o.FSType, was.Data, o.Data, show),
		changedFlags(o.Target, was.Set, o.Set),
		changedTarget(o.Target, was.Create, o.Create, was.Optional, o.Optional),
		nowWas("the propagation of "+o.Target, string(was.Propagation), string(o.Propagation), "private"))
}

// Bind makes a directory or file visible at a second place (mount(2), MS_BIND).
type Bind struct {
	Source      string          `json:"source"`
	InContainer bool            `json:"in_container,omitempty"` // Source is a path in the container
	Below       string          `json:"below,omitempty"`        // directory of the host that Source starts from and does not leave: who fills it is not trusted
	Target      string          `json:"target"`
	Recursive   bool            `json:"recursive,omitempty"`
	Move        bool            `json:"move,omitempty"` // the mount at Source goes to Target, with those below it (MS_MOVE)
	Set         List[MountFlag] `json:"set,omitzero"`
	Clear       List[MountFlag] `json:"clear,omitzero"`
	Create      Create          `json:"create,omitempty"`
	Optional    bool            `json:"optional,omitempty"`     // any failure is let pass
	SkipMissing bool            `json:"skip_missing,omitempty"` // a source or target that does not exist is let pass
	Propagation Propagation     `json:"propagation,omitempty"`
}

func (Bind) Kind() Kind       { return "bind" }
func (o Bind) Object() string { return o.Target }
func (o Bind) Describe() string {
	verb := "bind"
	switch {
	case o.Move:
		verb = "move the mount on"
	case o.Recursive:
		verb = "bind recursively"
	}
	return fmt.Sprintf("%s %s on %s%s%s%s%s", verb, o.shown().describe(), o.Target,
		describeFlags(o.Set, o.Clear), describeCreate(o.Create), describePropagation(o.Propagation), describeOptional(o.Optional))
}
func (o Bind) shown() shown { return shown{o.Source, o.InContainer, o.Below} }
func (o Bind) Row() Row {
	row := o.shown().row(o.Target)
	switch {
	case o.Move:
		row.Details = append(row.Details, "moved from there")
	case o.Recursive:
		row.Details = append(row.Details, "with all mounted below")
	}
	row.Details = slices.Concat(row.Details, wordsOfFlags(o.Set, o.Clear), wordsOfPropagation(o.Propagation),
		wordsOfCreate(o.Create), wordsOfLeniency(o.Optional, o.SkipMissing))
	return row
}
func (o Bind) Summary() (Topic, string) {
	return TopicMounts, qualified(o.shown().summary(o.Target), readOnlyWords(o.Set))
}
func (o Bind) Requires() []Requirement {
	lenient := o.Optional || o.SkipMissing
	needs := []Requirement{{Need: NeedTarget, Object: o.Target, Lenient: lenient, Create: o.Create}}
	return append(needs, o.shown().requires(lenient, o.Create)...)
}
func (o Bind) Changes(before Op, _ bool) []string {
	was := before.(Bind)
	if isNew(was, o) || was.Target != o.Target {
		return nil
	}
	words := nowWas("what "+o.Target+" shows", was.shown().origin(), o.shown().origin(), "nothing")
	switch {
	case o.Recursive && !was.Recursive:
		words = append(words, o.Target+" shows the mounts below its source too")
	case was.Recursive && !o.Recursive:
		words = append(words, o.Target+" no longer shows the mounts below its source")
	}
	switch {
	case o.Move && !was.Move:
		words = append(words, "the mount on "+o.Source+" is moved")
	case was.Move && !o.Move:
		words = append(words, "the mount on "+o.Source+" stays where it is")
	}
	return slices.Concat(words, changedFlags(o.Target, was.Set, o.Set),
		changedTarget(o.Target, was.Create, o.Create, was.Optional, o.Optional),
		nowWas("the propagation of "+o.Target, string(was.Propagation), string(o.Propagation), "the source's"))
}

// Directory makes a directory in the container; one that exists is kept.
type Directory struct {
	Path string `json:"path"`
	Mode uint32 `json:"mode"`
}

func (Directory) Kind() Kind       { return "directory" }
func (o Directory) Object() string { return o.Path }
func (o Directory) Describe() string {
	return fmt.Sprintf("make directory %s, mode %04o", o.Path, o.Mode)
}
func (o Directory) Row() Row {
	return Row{"mkdir", o.Path, []string{fmt.Sprintf("mode %04o", o.Mode)}}
}

// Node makes a character device in the container's /dev (mknod(2)); one that
// exists is kept.
type Node struct {
	Path  string `json:"path"`
	Major uint32 `json:"major"`
	Minor uint32 `json:"minor"`
	Mode  uint32 `json:"mode"`
}

func (Node) Kind() Kind       { return "node" }
func (o Node) Object() string { return o.Path }
func (o Node) Describe() string {
	return fmt.Sprintf("make character device %s %d:%d, mode %04o", o.Path, o.Major, o.Minor, o.Mode)
}
func (o Node) Row() Row {
	return Row{"mknod", o.Path, []string{fmt.Sprintf("character device %d:%d", o.Major, o.Minor), fmt.Sprintf("mode %04o", o.Mode)}}
}

// Symlink makes a symbolic link in the container; one that exists is kept.
type Symlink struct {
	Path string `json:"path"`
	To   string `json:"to"`
}

func (Symlink) Kind() Kind         { return "symlink" }
func (o Symlink) Object() string   { return o.Path }
func (o Symlink) Describe() string { return fmt.Sprintf("link %s to %s", o.Path, o.To) }
func (o Symlink) Row() Row         { return Row{"link", o.Path + " → " + o.To, nil} }

// Propagate changes how a mount of the container, and those below it, share what is
// mounted there (mount_namespaces(7)).
type Propagate struct {
	Target      string      `json:"target"`
	Propagation Propagation `json:"propagation"`
}

func (Propagate) Kind() Kind       { return "propagate" }
func (o Propagate) Object() string { return o.Target }
func (o Propagate) Describe() string {
	return fmt.Sprintf("make the mounts on %s %s", o.Target, o.Propagation)
}
func (o Propagate) Row() Row { return Row{"propagate", o.Target, wordsOfPropagation(o.Propagation)} }

// PivotRoot makes the rootfs the root of the mount namespace and lets go of the
// host's tree (pivot_root(2)).
type PivotRoot struct {
	Propagation Propagation `json:"propagation"` // of the new root and all below it
}

func (PivotRoot) Kind() Kind     { return "pivot-root" }
func (PivotRoot) Object() string { return "/" }
func (o PivotRoot) Describe() string {
	return fmt.Sprintf("pivot into the rootfs, detach the host's tree, make all mounts %s", o.Propagation)
}
func (o PivotRoot) Row() Row {
	return Row{"pivot", "into the rootfs", []string{"the host's tree is out of reach", "propagation " + string(o.Propagation)}}
}

// BootID gives the container a boot id of its own: a random one, made at launch,
// is written to Path and bound read-only over /proc/sys/kernel/random/boot_id.
// It is best effort, as in LXC: a container without /proc has none.
type BootID struct {
	Path string `json:"path"`
}

func (BootID) Kind() Kind       { return "boot-id" }
func (o BootID) Object() string { return o.Path }
func (BootID) Describe() string { return "give the container a random boot id" }
