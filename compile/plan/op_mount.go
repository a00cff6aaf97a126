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
	CreateDir     Create = "dir"  // and its parents, mode 0755
	CreateFile    Create = "file" // empty, and its parents
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

// Rootfs mounts the container's root file system tree where the payload builds
// on it.
type Rootfs struct {
	Source      string          `json:"source"` // directory on the host
	At          string          `json:"at"`     // directory on the host to mount it at; equal to Source to mount it over itself
	Set         List[MountFlag] `json:"set,omitzero"`
	Propagation Propagation     `json:"propagation,omitempty"`
}

func (Rootfs) Kind() Kind       { return "rootfs" }
func (o Rootfs) Object() string { return o.Source }
func (o Rootfs) Describe() string {
	return fmt.Sprintf("bind the root file system %s at %s%s", o.Source, o.At, describeFlags(o.Set, List[MountFlag]{}))
}
func (o Rootfs) Row() Row {
	details := slices.Concat(wordsOfFlags(o.Set, List[MountFlag]{}), wordsOfPropagation(o.Propagation))
	if o.At != o.Source {
		details = append(details, "at "+o.At+" until the pivot")
	}
	return Row{"rootfs", o.Source + " → /", details}
}
func (o Rootfs) Summary() (Topic, string) {
	return TopicRoot, qualified(o.Source, wordsOfFlags(o.Set, List[MountFlag]{}))
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
	return slices.Concat(nowWas(what, was.Source, o.Source, "nothing"), nowWas("the place it is set up at", was.At, o.At, "nowhere"), changedFlags(what, was.Set, o.Set),
		nowWas("the propagation of "+what, string(was.Propagation), string(o.Propagation), "the source's"))
}

// Mount mounts a new instance of a file system.
type Mount struct {
	Source      string          `json:"source"` // shown in mountinfo; for block file systems the device
	Target      string          `json:"target"` // in the container
	FSType      string          `json:"fstype"`
	Set         List[MountFlag] `json:"set,omitzero"`
	Data        List[string]    `json:"data,omitzero"`      // file system options, "size=500000" or a bare word
	SuperRO     bool            `json:"super_ro,omitempty"` // the file system itself is read-only, not just the mount
	Create      Create          `json:"create,omitempty"`
	Optional    bool            `json:"optional,omitempty"`     // any failure is let pass
	SkipMissing bool            `json:"skip_missing,omitempty"` // a target that does not exist is let pass
	Propagation Propagation     `json:"propagation,omitempty"`
}

func (Mount) Kind() Kind       { return "mount" }
func (o Mount) Object() string { return o.Target }
func (o Mount) Describe() string {
	text := fmt.Sprintf("mount %s on %s%s", o.FSType, o.Target, describeFlags(o.Set, List[MountFlag]{}))
	if o.Data.Len() > 0 {
		text += ", options " + strings.Join(maskOptions(o.Data).items, ",")
	}
	return text + describeCreate(o.Create) + describeOptional(o.Optional)
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
	Target      string          `json:"target"`
	Recursive   bool            `json:"recursive,omitempty"`
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
	verb, where := "bind", "host"
	if o.Recursive {
		verb = "bind recursively"
	}
	if o.InContainer {
		where = "container"
	}
	return fmt.Sprintf("%s %s path %s on %s%s%s%s", verb, where, o.Source, o.Target,
		describeFlags(o.Set, o.Clear), describeCreate(o.Create), describeOptional(o.Optional))
}
func (o Bind) Row() Row {
	row := Row{Verb: "bind", Subject: o.Source + " → " + o.Target}
	switch {
	case o.InContainer && o.Source == o.Target:
		row.Subject, row.Details = o.Target, []string{"over itself"}
	case o.InContainer:
		row.Details = []string{"of the container"}
	case o.Source == o.Target:
		row.Subject, row.Details = o.Target, []string{"the host's"}
	}
	if o.Recursive {
		row.Details = append(row.Details, "with all mounted below")
	}
	row.Details = slices.Concat(row.Details, wordsOfFlags(o.Set, o.Clear), wordsOfPropagation(o.Propagation),
		wordsOfCreate(o.Create), wordsOfLeniency(o.Optional, o.SkipMissing))
	return row
}
func (o Bind) Summary() (Topic, string) {
	if o.InContainer {
		return TopicMounts, ""
	}
	words := o.Source + " → " + o.Target
	if o.Source == o.Target {
		words = "the host's " + o.Target
	}
	return TopicMounts, qualified(words, readOnlyWords(o.Set))
}
func (o Bind) Requires() []Requirement {
	lenient := o.Optional || o.SkipMissing
	needs := []Requirement{{Need: NeedTarget, Object: o.Target, Lenient: lenient, Create: o.Create}}
	if !o.InContainer {
		needs = append(needs, Requirement{Need: NeedPath, Object: o.Source, Lenient: lenient, Create: o.Create})
	}
	return needs
}
func (o Bind) Changes(before Op, _ bool) []string {
	was := before.(Bind)
	if isNew(was, o) || was.Target != o.Target {
		return nil
	}
	words := nowWas("what "+o.Target+" shows", was.origin(), o.origin(), "nothing")
	switch {
	case o.Recursive && !was.Recursive:
		words = append(words, o.Target+" shows the mounts below its source too")
	case was.Recursive && !o.Recursive:
		words = append(words, o.Target+" no longer shows the mounts below its source")
	}
	return slices.Concat(words, changedFlags(o.Target, was.Set, o.Set),
		changedTarget(o.Target, was.Create, o.Create, was.Optional, o.Optional),
		nowWas("the propagation of "+o.Target, string(was.Propagation), string(o.Propagation), "the source's"))
}

// origin names what is bound.
func (o Bind) origin() string {
	if o.InContainer {
		return "the container's " + o.Source
	}
	return o.Source
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

// changedFlags says which per-mount flags came and went.
func changedFlags(what string, was, is List[MountFlag]) []string {
	var words []string
	for _, f := range is.items {
		if !slices.Contains(was.items, f) {
			words = append(words, what+" is now "+f.adjective())
		}
	}
	for _, f := range was.items {
		if !slices.Contains(is.items, f) {
			words = append(words, what+" is no longer "+f.adjective())
		}
	}
	return words
}

// changedOptions says which options of a file system came, went or changed.
func changedOptions(what, fstype string, was, is List[string], show bool) []string {
	var words []string
	before, after := assignments(was), assignments(is)
	for _, name := range namesOf(was, is) {
		a, had := before[name]
		b, has := after[name]
		secret := !show && slices.Contains(secretOptions[:], name)
		switch {
		case a == b && had == has:
		case fstype == "tmpfs" && name == "size":
			words = append(words, nowWas(what, sizeWords(a), sizeWords(b), "half of the memory")...)
		case had && has && secret:
			words = append(words, fmt.Sprintf("option %s of %s has another value", name, what))
		case had && has:
			words = append(words, nowWas("option "+name+" of "+what, a, b, "empty")...)
		case secret:
			words = append(words, fmt.Sprintf("%s %s option %s", what, gainsOrLoses(has), name))
		default:
			words = append(words, fmt.Sprintf("%s %s option %s", what, gainsOrLoses(has), strings.TrimSuffix(name+"="+a+b, "=")))
		}
	}
	return words
}

// changedTarget says what changed about the place of a mount.
func changedTarget(target string, wasCreate, create Create, wasOptional, optional bool) []string {
	words := nowWas("what is created for "+target, string(wasCreate), string(create), "nothing")
	switch {
	case optional && !wasOptional:
		words = append(words, "the launch goes on when "+target+" cannot be mounted")
	case wasOptional && !optional:
		words = append(words, "the launch fails when "+target+" cannot be mounted")
	}
	return words
}

// qualified adds what distinguishes a thing.
func qualified(what string, words []string) string {
	if len(words) == 0 {
		return what
	}
	return what + " (" + strings.Join(words, ", ") + ")"
}

// readOnlyWords is the one flag that a summary tells.
func readOnlyWords(set List[MountFlag]) []string {
	if slices.Contains(set.items, FlagReadOnly) {
		return []string{FlagReadOnly.words(true)}
	}
	return nil
}

func describeFlags(set, cleared List[MountFlag]) string {
	var words []string
	for _, f := range set.items {
		words = append(words, string(f))
	}
	for _, f := range cleared.items {
		words = append(words, "not "+string(f))
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

func describeCreate(c Create) string {
	if c == CreateNothing {
		return ""
	}
	return ", creating the target as a " + map[Create]string{CreateDir: "directory", CreateFile: "file"}[c]
}

func describeOptional(optional bool) string {
	if optional {
		return ", if possible"
	}
	return ""
}
