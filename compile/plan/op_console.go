package plan

import "fmt"

// ConsoleOpen allocates the console: a pty of the host's devpts (pty(7)) whose
// other end the monitor keeps.
type ConsoleOpen struct {
	UID uint32 `json:"uid"` // host ids that own the pty: the container's root
	GID uint32 `json:"gid"`
	Own bool   `json:"own,omitempty"` // change the owner to UID
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
