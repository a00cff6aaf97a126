//go:build linux

package monitor

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// userNamespace is a user namespace that is kept open after the process that made
// it is gone, to do in it what the monitor itself may not.
//
// The monitor has many threads and cannot enter it (setns(2)); a child that runs a
// short program can.
type userNamespace struct{ fd int }

// openUserNamespace takes hold of a process' user namespace.
func openUserNamespace(pid int) (*userNamespace, error) {
	fd, err := openPath(fmt.Sprintf("/proc/%d/ns/user", pid), unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	return &userNamespace{fd}, nil
}

func (ns *userNamespace) close() error {
	if ns == nil || ns.fd < 0 {
		return nil
	}
	fd := ns.fd
	ns.fd = -1
	return unix.Close(fd)
}

// asRoot runs a few system calls as root of the namespace.
func (ns *userNamespace) asRoot(calls func(b *program.Builder)) error {
	var b program.Builder
	b.Step("user namespace")
	const namespace = "namespace"
	b.Call("setns", unix.SYS_SETNS, []program.Operand{program.InputFD(namespace), program.Word(unix.CLONE_NEWUSER, "CLONE_NEWUSER")},
		program.About("the user namespace"))
	// Entering a namespace gives its capabilities but keeps the ids, and what is
	// made takes its owner from those.
	root := program.Int(0)
	b.Call("setresgid", unix.SYS_SETRESGID, []program.Operand{root, root, root})
	b.Call("setresuid", unix.SYS_SETRESUID, []program.Operand{root, root, root})
	calls(&b)
	return runProgram(&b, program.Inputs{FDs: map[string]int{namespace: ns.fd}}, 0)
}

// runProgram runs a program in a child that ends with it.
func runProgram(b *program.Builder, in program.Inputs, namespaces uint64) error {
	b.Call("exit_group", unix.SYS_EXIT_GROUP, []program.Operand{program.Int(0)})
	p, err := b.Build()
	if err != nil {
		return err
	}
	image, err := p.Load(in)
	if err != nil {
		return err
	}
	defer image.Close()
	child, err := image.Spawn(program.CloneArgs{Namespaces: namespaces, CgroupFD: -1})
	if err != nil {
		return err
	}
	defer unix.Close(child.PIDFD)
	status, err := program.Wait(child.PID)
	if err != nil {
		return err
	}
	if failed, ok := image.Failure(); ok {
		return &os.PathError{Op: failed.Call, Path: failed.Object, Err: failed.Errno}
	}
	if status.Signaled() {
		return fmt.Errorf("a child of lxcfg was killed: %v", status.Signal())
	}
	return nil
}
