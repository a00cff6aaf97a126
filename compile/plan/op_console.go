package plan

import (
	"fmt"
	"path"
)

// ConsolePeer connects the console to a terminal of the host, instead of the
// streams of who starts the container.
type ConsolePeer struct {
	Path string `json:"path"`
}

func (ConsolePeer) Kind() Kind         { return "console-peer" }
func (o ConsolePeer) Object() string   { return o.Path }
func (o ConsolePeer) Describe() string { return "connect the console to the terminal " + o.Path }
func (o ConsolePeer) Row() Row {
	return Row{"console", "pty → " + o.Path, []string{"a terminal of the host"}}
}
func (o ConsolePeer) Requires() []Requirement {
	return []Requirement{{Need: NeedPath, Object: o.Path}}
}

// ConsoleLog appends what the console shows to a file of the host.
type ConsoleLog struct {
	File   string `json:"file"`
	Below  string `json:"below,omitempty"`  // directory of the host that File starts from and does not leave: who fills it is not trusted
	Size   uint64 `json:"size,omitempty"`   // bytes after which the file is started again, 0: never
	Rotate bool   `json:"rotate,omitempty"` // it is kept then as File.1, and not emptied
}

func (ConsoleLog) Kind() Kind       { return "console-log" }
func (o ConsoleLog) Object() string { return o.File }
func (o ConsoleLog) Describe() string {
	text := "append what the console shows to " + path.Join(o.Below, o.File)
	switch {
	case o.Size > 0 && o.Rotate:
		text += fmt.Sprintf(", which is moved to %s.1 at %d bytes", path.Base(o.File), o.Size)
	case o.Size > 0:
		text += fmt.Sprintf(", which is emptied at %d bytes", o.Size)
	}
	return text
}
func (o ConsoleLog) Row() Row {
	row := Row{"log", "the console → " + path.Join(o.Below, o.File), nil}
	switch {
	case o.Size > 0 && o.Rotate:
		row.Details = []string{fmt.Sprintf("moved to %s.1 at %s", path.Base(o.File), bytesWords(o.Size))}
	case o.Size > 0:
		row.Details = []string{"emptied at " + bytesWords(o.Size)}
	}
	return row
}
func (o ConsoleLog) Requires() []Requirement {
	return []Requirement{{Need: NeedDirectory, Object: path.Join(o.Below, path.Dir(o.File))}}
}

// ConsoleBuffer keeps the last of what the console shows in memory.
type ConsoleBuffer struct {
	Size uint64 `json:"size"` // bytes
}

func (ConsoleBuffer) Kind() Kind     { return "console-buffer" }
func (ConsoleBuffer) Object() string { return "memory" }
func (o ConsoleBuffer) Describe() string {
	return fmt.Sprintf("keep the last %d bytes that the console shows", o.Size)
}
func (o ConsoleBuffer) Row() Row {
	return Row{"keep", "the last " + bytesWords(o.Size) + " of the console", []string{"in memory"}}
}

// ConsoleOpen allocates the console: a pty of the host's devpts (pty(7)) whose
// other end the monitor keeps.
type ConsoleOpen struct {
	UID uint32 `json:"uid"` // host ids that own the pty: the container's root
	GID uint32 `json:"gid"`
	Own bool   `json:"own,omitempty"` // give the pty to UID and GID
	// ByHelper gives it to UID in the namespace that IDHelper has made; its group
	// becomes GID, which is the caller's.
	ByHelper bool `json:"by_helper,omitempty"`
}

func (ConsoleOpen) Kind() Kind       { return "console-open" }
func (ConsoleOpen) Object() string   { return "pty" }
func (ConsoleOpen) Describe() string { return "allocate a pty of the host for the console" }

// Console binds the console's pty on a file in the container. The pty is the
// one ConsoleOpen made on the host, unless Allocate says that it is allocated
// here, from the container's devpts; its other end then goes to the monitor.
type Console struct {
	Target   string `json:"target"`             // "/dev/console", or below lxc.tty.dir
	Also     string `json:"also,omitempty"`     // with lxc.tty.dir: "/dev/console", where Target is bound a second time
	Allocate bool   `json:"allocate,omitempty"` // lxc.pty.max > 1: LXC takes the console from the container's devpts
}

func (Console) Kind() Kind       { return "console" }
func (o Console) Object() string { return o.Target }
func (o Console) Describe() string {
	if o.Allocate {
		return "allocate a pty of the container for the console and bind it on " + o.Target
	}
	return "bind the console's pty on " + o.Target
}
func (o Console) Row() Row {
	row := Row{Verb: "console", Subject: "pty of the host → " + o.Target}
	if o.Allocate {
		row.Subject = "pty of the container → " + o.Target
	}
	if o.Also != "" {
		row.Details = []string{"and " + o.Also}
	}
	return row
}

// TTY allocates a pty of the container's devpts and binds it on a file in the
// container; the other end goes to the monitor, for lxc-console.
type TTY struct {
	Number uint32 `json:"number"`         // from 1, as in "tty1"
	Target string `json:"target"`         // "/dev/tty1", or below lxc.tty.dir; empty: bound nowhere
	Link   string `json:"link,omitempty"` // with lxc.tty.dir: path of the symbolic link to Target
}

func (TTY) Kind() Kind       { return "tty" }
func (o TTY) Object() string { return fmt.Sprintf("tty%d", o.Number) }
func (o TTY) Describe() string {
	if o.Target == "" {
		return fmt.Sprintf("allocate a pty of the container as tty %d", o.Number)
	}
	return fmt.Sprintf("allocate a pty of the container and bind it on %s", o.Target)
}
func (o TTY) Row() Row {
	row := Row{Verb: "tty", Subject: "pty of the container → " + o.Target}
	if o.Target == "" {
		row.Subject, row.Details = "pty of the container", []string{"bound nowhere"}
	}
	if o.Link != "" {
		row.Details = []string{"linked from " + o.Link}
	}
	return row
}

// Unmount takes a mount of the container away again (umount2(2), MNT_DETACH).
type Unmount struct {
	Target string `json:"target"`
}

func (Unmount) Kind() Kind         { return "unmount" }
func (o Unmount) Object() string   { return o.Target }
func (o Unmount) Describe() string { return "unmount " + o.Target }
