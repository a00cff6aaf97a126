//go:build linux

package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience bounds one launch of a test. It is no expectation about speed: a
// launch that takes so long hangs.
const patience = 60 * time.Second

// openTerminal returns both ends of a new pseudo terminal of the host.
func openTerminal() (master, slave *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(master.Fd())
	if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err == nil {
		var number int
		if number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN); err == nil {
			slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
		}
	}
	if err != nil {
		master.Close()
		return nil, nil, fmt.Errorf("open a terminal: %w", err)
	}
	return master, slave, nil
}

// ran is how a command that ran on a terminal ended.
type ran struct {
	status int    // exit status, 128+n for a signal
	output string // what the terminal showed, line ends as "\n"
}

// onTerminal runs a command with a terminal of its own as standard input, output
// and error and as controlling terminal, as a person at a shell would. While it
// runs, meanwhile is called once, with a channel that closes when the command has
// ended; nil is nothing. lxc-start -F shows the
// container's output on a terminal only.
func onTerminal(t *testing.T, command []string, environment []string, meanwhile func(ended <-chan struct{})) ran {
	t.Helper()
	master, slave, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = environment
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %q: %v", command[0], err)
	}
	slave.Close()

	var output bytes.Buffer
	shown := make(chan struct{})
	go func() { // ends with EIO when the last process has closed the terminal
		defer close(shown)
		_, _ = output.ReadFrom(master)
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err = cmd.Wait()
	}()
	if meanwhile != nil {
		meanwhile(ended)
	}
	<-ended
	if ctx.Err() != nil {
		t.Fatalf("%s did not end within %s; the terminal shows:\n%s", strings.Join(command, " "), patience, output.String())
	}
	<-shown
	if cmd.ProcessState == nil {
		t.Fatalf("wait for %q: %v", command[0], err)
	}
	return ran{status: exitStatus(cmd.ProcessState), output: strings.ReplaceAll(output.String(), "\r\n", "\n")}
}

// exitStatus is a process' end in the way a shell reports it.
func exitStatus(state *os.ProcessState) int {
	if wait, ok := state.Sys().(syscall.WaitStatus); ok && wait.Signaled() {
		return 128 + int(wait.Signal())
	}
	return state.ExitCode()
}

// TestOpenFiles starts a container with a soft limit of open files below the hard one,
// as most systems have it. The Go runtime raises it for itself.
func TestOpenFiles(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	start := ours(t).argv(c, "/bin/sh", "-c", "ulimit -Sn; ulimit -Hn")
	ended := onTerminal(t, append([]string{"sh", "-c", `ulimit -Sn 300 && ulimit -Hn 400 && exec "$@"`, "sh"}, start...), userEnvironment, nil)
	if ended.status != 0 || ended.output != "300\n400\n" {
		t.Errorf("the container ends with %d and says %q, want the limits 300 and 400", ended.status, ended.output)
	}
}
