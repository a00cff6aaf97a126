//go:build linux

package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// hostProgram is a program of the host that a launch runs and waits for: a hook,
// a network script, newuidmap(1).
type hostProgram struct {
	path    string
	argv    []string
	env     []string
	input   string        // on standard input; empty: none
	timeout time.Duration // 0: it may take as long as it likes
	shown   string        // how an error calls it, empty for its argv
}

// runHelper runs a program that does a part of the launch, such as newuidmap(1).
func (m *Monitor) runHelper(path string, argv ...string) (output string, err error) {
	return m.runProgram(hostProgram{path: path, argv: argv, env: os.Environ(), timeout: m.HelperTimeout})
}

// runDeviceHelper runs a program that attaches a block device, or lets it go. It always
// has a time to end in: a device that does not answer is waited for without end.
func (m *Monitor) runDeviceHelper(path string, argv ...string) (output string, err error) {
	return m.runProgram(hostProgram{path: path, argv: argv, env: os.Environ(), timeout: cmp.Or(m.HelperTimeout, deviceTimeout)})
}

// ProgramError is a program that did not succeed.
type ProgramError struct {
	Program string // as people know it
	Status  string // how it ended, in words
	Output  string // the end of what it printed, both streams together
}

// Error names the program, how it ended and the last line it printed.
func (e *ProgramError) Error() string {
	text := fmt.Sprintf("%s: %s", e.Program, e.Status)
	if line := lastLine(e.Output); line != "" {
		text += fmt.Sprintf(" (it printed %q)", line)
	}
	return text
}

// ExitError is the error of a program whose end the kernel reported as a status. It
// is worded as package os words it.
func ExitError(program string, status unix.WaitStatus, output string) *ProgramError {
	e := &ProgramError{Program: program, Status: fmt.Sprintf("exit status %d", status.ExitStatus()), Output: output}
	if status.Signaled() {
		e.Status = "signal: " + status.Signal().String()
	}
	return e
}

// drainTime is how long the output of a program that has ended is listened to, when a
// process that it has left behind holds it open.
const drainTime = 50 * time.Millisecond

// keptOutput is how much of a program's output is kept for its error.
const keptOutput = 4096

// runProgram runs a program and returns the end of its output. Any end but status
// 0 is a *ProgramError.
//
// The program is in a process group of its own, so that it can be ended together
// with what it has started, and reads nothing but what it is given, because a group
// in the background must not read from the terminal. It dies with the monitor's thread.
func (m *Monitor) runProgram(p hostProgram) (output string, err error) {
	stdin, err := openInput(p.input)
	if err != nil {
		return "", err
	}
	defer stdin.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("make a pipe for %s: %w", p.path, err)
	}
	defer r.Close()
	m.signals.starting()
	process, err := os.StartProcess(p.path, p.argv, &os.ProcAttr{
		Dir: "/", Env: p.env, Files: []*os.File{stdin, w, w},
		Sys: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	w.Close()
	defer m.signals.program(0)
	if err != nil {
		return "", err
	}
	m.signals.program(process.Pid)
	expired := expireGroup(process.Pid, p.timeout)
	kept := make(chan string, 1)
	go func() { kept <- readTail(r) }()
	state, err := process.Wait()
	timedOut := expired()
	// What it has left running in the background may hold the pipe open for ever:
	// what was printed until now counts.
	_ = r.SetReadDeadline(time.Now().Add(drainTime))
	output = <-kept
	switch {
	case err != nil:
		return output, fmt.Errorf("wait for %s: %w", p.path, err)
	case state.Success():
		return output, nil
	}
	status := state.String()
	if timedOut {
		status = fmt.Sprintf("did not end within %v and was killed", p.timeout)
	}
	if p.shown == "" {
		p.shown = strings.Join(p.argv, " ")
	}
	failed := &ProgramError{Program: p.shown, Status: status, Output: output}
	if interrupted := m.signals.interruption(); interrupted != nil {
		return output, fmt.Errorf("%w: %w", interrupted, failed)
	}
	return output, failed
}

// openInput opens a file with a program's input, which never has to wait for a
// reader.
func openInput(text string) (*os.File, error) {
	if text == "" {
		return os.Open(os.DevNull)
	}
	fd, err := unix.MemfdCreate("input", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make a file for a program's input: %w", err)
	}
	f := os.NewFile(uintptr(fd), "input")
	if _, err := f.WriteAt([]byte(text), 0); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// expireGroup kills a process group after a time. What it returns calls that off
// and tells whether it had come to it.
func expireGroup(group int, after time.Duration) (stop func() bool) {
	if after <= 0 {
		return func() bool { return false }
	}
	timer := time.AfterFunc(after, func() { _ = unix.Kill(-group, unix.SIGKILL) })
	return func() bool { return !timer.Stop() }
}

// readTail reads until the end, or until the deadline has passed and nothing is left to
// read, and keeps the last of it.
func readTail(r *os.File) string {
	var kept []byte
	buf := make([]byte, keptOutput)
	read := r.Read
	for {
		n, err := read(buf)
		kept = append(kept, buf[:max(n, 0)]...)
		if len(kept) > keptOutput {
			kept = append(kept[:0], kept[len(kept)-keptOutput:]...)
		}
		switch {
		case err == nil || errors.Is(err, unix.EINTR):
		case errors.Is(err, os.ErrDeadlineExceeded):
			// On a busy host that may be so before the first read, which is not even tried then.
			read = waiting(r)
		default:
			return string(kept)
		}
	}
}

// waiting returns a function that reads what is in a pipe already, as much as a pipe
// holds (pipe(7)): whoever writes on meanwhile is not followed for ever.
func waiting(r *os.File) func(buf []byte) (int, error) {
	const capacity = 64 << 10
	left := capacity
	return func(buf []byte) (n int, err error) {
		if left <= 0 {
			return 0, io.EOF
		}
		conn, err := r.SyscallConn()
		if err != nil {
			return 0, err
		}
		// Not blocking: the runtime has made it so.
		if closed := conn.Control(func(fd uintptr) { n, err = unix.Read(int(fd), buf) }); closed != nil {
			return 0, closed
		}
		if n == 0 && err == nil {
			return 0, io.EOF
		}
		left -= n
		return n, err
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return lines[len(lines)-1]
}
