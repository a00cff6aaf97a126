//go:build linux

package attach

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// Request says what to run in a container, and as whom.
type Request struct {
	Namespaces plan.NamespaceSet // those to join; empty: all
	Remount    bool              // without the mount namespace: /proc and /sys show those that were joined
	// What the command keeps of the caller instead of being held like the container.
	KeepCgroups, KeepCapabilities, KeepLabel bool

	UID, GID    *uint32  // in the container; nil: its root's
	Command     []string // empty: the user's login shell
	Environment Environment
	Directory   string // where it starts, if that is there
	Settings    Settings
	LSM         string // the host's security module, empty for none
	Label       string // the command's; empty: init's

	Stdin, Stdout, Stderr *os.File
	Log                   io.Writer // takes what a terminal shows; nil: nobody does
}

// Settings are what the container's configuration says of who joins it.
type Settings struct {
	Personality *plan.Personality // nil: the caller's
	NoNewPrivs  bool
	Filter      plan.Seccomp // without instructions: none
	Limits      []plan.Prlimit
	Environment []string
}

// NotExecutedError is a command that could not be executed.
type NotExecutedError struct {
	Program string
	Cause   unix.Errno
}

func (e *NotExecutedError) Error() string {
	return fmt.Sprintf("execute %q in the container: %v", e.Program, e.Cause)
}

// ExitStatus is what a shell says of such a command.
func (e *NotExecutedError) ExitStatus() int {
	if e.Cause == unix.ENOENT {
		return 127
	}
	return 126
}
