//go:build linux

package program_test

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// sh appends the execve of a shell command, whose output goes to the input "out".
func sh(b *program.Builder, command string) {
	b.Call("dup3", unix.SYS_DUP3, []program.Operand{program.InputFD("out"), program.Int(1), program.Int(0)})
	b.Call("execve", unix.SYS_EXECVE, []program.Operand{program.Str("/bin/sh"), program.Strings([]string{"sh", "-c", command}),
		program.Environment([]string{"STAGE=test"})})
}

// wait4 appends the wait for a forked process, whose status has to be 0.
func wait4(b *program.Builder, pid program.Slot) {
	status := b.NewSlot("status")
	b.Call("wait4", unix.SYS_WAIT4, []program.Operand{pid, program.Into(status), program.Int(0), program.Null},
		program.Exited(status), program.About("the shell"))
}

// forked runs a program that forks, and returns what was written to its output.
func forked(t *testing.T, calls func(*program.Builder)) (output string, img *program.Image, ws unix.WaitStatus) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	img, ws = run(t, build(t, calls), program.Inputs{FDs: map[string]int{"out": int(w.Fd())}, Environment: []string{"FROM=caller", "STAGE=caller"}})
	w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), img, ws
}

func TestForkRunsAProgramAndGoesOn(t *testing.T) {
	output, _, ws := forked(t, func(b *program.Builder) {
		for _, word := range []string{"one", "two"} {
			pid := b.NewSlot("shell")
			b.Fork(pid, nil, func() { sh(b, "echo "+word+" $FROM $STAGE") })
			wait4(b, pid)
		}
		exit(b, 5)
	})
	if want := "one caller test\ntwo caller test\n"; output != want || ws.ExitStatus() != 5 {
		t.Errorf("output %q, status %v; want %q and 5", output, ws, want)
	}
}

// A program that was executed and fails is told apart from one that could not be
// executed.
func TestForkFailures(t *testing.T) {
	for name, c := range map[string]struct {
		calls        func(*program.Builder)
		call, object string
		errno        unix.Errno
		check        func(unix.WaitStatus) bool // nil: the failure is an errno
	}{
		"a status other than 0": {func(b *program.Builder) { sh(b, "exit 3") }, "wait4", "the shell", 0,
			func(ws unix.WaitStatus) bool { return ws.Exited() && ws.ExitStatus() == 3 }},
		"a signal": {func(b *program.Builder) { sh(b, "kill -KILL $$") }, "wait4", "the shell", 0,
			func(ws unix.WaitStatus) bool { return ws.Signaled() && ws.Signal() == unix.SIGKILL }},
		"an errno as its status": {func(b *program.Builder) { sh(b, "exit 127") }, "wait4", "the shell", 0,
			func(ws unix.WaitStatus) bool { return ws.ExitStatus() == 127 }},
		"a program that is not there": {func(b *program.Builder) {
			b.Call("execve", unix.SYS_EXECVE, []program.Operand{program.Str("/no/such/program"), program.Strings([]string{"x"}), program.Strings(nil)})
		}, "execve", "/no/such/program", unix.ENOENT, nil},
		"a call before it": {func(b *program.Builder) {
			b.Call("chdir", unix.SYS_CHDIR, []program.Operand{program.Str("/no/such/directory")})
			sh(b, "true")
		}, "chdir", "/no/such/directory", unix.ENOENT, nil},
		"calls that end nowhere": {func(b *program.Builder) { b.Call("getpid", unix.SYS_GETPID, nil) }, "getpid", "", unix.ENOEXEC, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, img, ws := forked(t, func(b *program.Builder) {
				pid := b.NewSlot("shell")
				b.Fork(pid, nil, func() { c.calls(b) })
				wait4(b, pid)
				exit(b, 0)
			})
			f, ok := img.Failure()
			if !ok || f.Call != c.call || f.Object != c.object || f.Errno != c.errno || (f.Exit != nil) != (c.check != nil) || ws.ExitStatus() != 127 {
				t.Fatalf("failure %+v, %v; the program ends with %v", f, ok, ws)
			}
			if c.check != nil && !c.check(*f.Exit) {
				t.Errorf("the shell's status is %#x", *f.Exit)
			}
		})
	}
}

// A failure in a forked process leaves no trace on a later fork.
func TestForkAfterForkThatWasKilled(t *testing.T) {
	output, _, ws := forked(t, func(b *program.Builder) {
		first, status := b.NewSlot("first"), b.NewSlot("status")
		b.Fork(first, nil, func() { sh(b, "exit 9") })
		b.Call("wait4", unix.SYS_WAIT4, []program.Operand{first, program.Into(status), program.Int(0), program.Null})
		second := b.NewSlot("second")
		b.Fork(second, nil, func() { sh(b, "echo fine") })
		wait4(b, second)
		exit(b, 0)
	})
	if output != "fine\n" || ws.ExitStatus() != 0 {
		t.Errorf("output %q, status %v", output, ws)
	}
}

// A process that is forked beside runs at the same time, and its failure is found in
// the end.
func TestForkBeside(t *testing.T) {
	pipe := func(b *program.Builder) (r, w program.Slot) {
		r, w = b.NewSlot("read"), b.NewSlot("write")
		b.Call("pipe2", unix.SYS_PIPE2, []program.Operand{program.Struct(program.Field{Width: 4, Value: r}, program.Field{Width: 4, Value: w}), program.Int(unix.O_CLOEXEC)})
		return r, w
	}
	for path, want := range map[string]unix.Errno{"/bin/true": 0, "/no/such/program": unix.ENOENT} {
		_, img, ws := forked(t, func(b *program.Builder) {
			// Each waits for a word of the other: one after the other they never end.
			r1, w1 := pipe(b)
			r2, w2 := pipe(b)
			say := func(w program.Slot) {
				b.Call("write", unix.SYS_WRITE, []program.Operand{w, program.Blob([]byte{1}, ""), program.Int(1)})
			}
			hear := func(r program.Slot) {
				b.Call("read", unix.SYS_READ, []program.Operand{r, program.Blob([]byte{0}, ""), program.Int(1)}, program.Least(1))
			}
			pid, status := b.NewSlot("other"), b.NewSlot("status")
			b.ForkBeside(pid, func() {
				say(w1)
				hear(r2)
				b.Call("execve", unix.SYS_EXECVE, []program.Operand{program.Str(path), program.Strings([]string{"x"}), program.Strings(nil)})
			})
			hear(r1)
			say(w2)
			b.Call("wait4", unix.SYS_WAIT4, []program.Operand{pid, program.Into(status), program.Int(0), program.Null})
			exit(b, 8)
		})
		if f, _ := img.Failure(); f.Errno != want || ws.ExitStatus() != 8 {
			t.Errorf("%s: the failure is %+v, the status %v", path, f, ws)
		}
	}
}

// A descriptor of the forked process makes its end something to wait for in time.
func TestForkWithTimeout(t *testing.T) {
	for command, want := range map[string]unix.Errno{"exec sleep 100": unix.ETIMEDOUT, "true": 0} {
		_, img, _ := forked(t, func(b *program.Builder) {
			pid := b.NewSlot("shell")
			pollFD := program.Shared(program.Struct(program.Field{Name: "fd", Width: 4, Value: b.NewSlot("pidfd")},
				program.Field{Width: 2, Value: program.Int(unix.POLLIN)}, program.Field{Width: 2, Value: program.Int(0)}))
			b.Fork(pid, pollFD, func() {
				b.Call("prctl", unix.SYS_PRCTL, []program.Operand{program.Int(unix.PR_SET_PDEATHSIG), program.Int(int(unix.SIGKILL)),
					program.Int(0), program.Int(0), program.Int(0)})
				sh(b, command)
			})
			b.Call("ppoll", unix.SYS_PPOLL, []program.Operand{pollFD, program.Int(1), program.Struct(program.Field{Width: 8, Value: program.Int(0)}, program.Field{Width: 8, Value: program.Int(3e8)}),
				program.Null, program.Int(0)}, program.LeastElse(1, unix.ETIMEDOUT))
			wait4(b, pid)
			exit(b, 0)
		})
		if f, _ := img.Failure(); f.Errno != want {
			t.Errorf("%q: the failure is %+v, want errno %d", command, f, want)
		}
	}
}

func TestSame(t *testing.T) {
	for name, c := range map[string]struct {
		call   string
		number uintptr
		want   unix.Errno
	}{"the same": {"getpid", unix.SYS_GETPID, 0}, "another": {"getppid", unix.SYS_GETPPID, unix.EBUSY}} {
		t.Run(name, func(t *testing.T) {
			img, _ := run(t, build(t, func(b *program.Builder) {
				first, second := b.NewSlot("first"), b.NewSlot("second")
				b.CallInto(first, "getpid", unix.SYS_GETPID, nil)
				b.CallInto(second, c.call, c.number, nil)
				b.Call("getpid", unix.SYS_GETPID, nil, program.Same(first, second, unix.EBUSY))
				exit(b, 0)
			}), program.Inputs{})
			if f, _ := img.Failure(); f.Errno != c.want {
				t.Errorf("the failure is %+v, want errno %d", f, c.want)
			}
		})
	}
}

func TestForkInForkIsRefused(t *testing.T) {
	var b program.Builder
	b.Step("test")
	b.Fork(b.NewSlot("a"), nil, func() { b.Fork(b.NewSlot("b"), nil, func() {}) })
	if _, err := b.Build(); err == nil || !strings.Contains(err.Error(), "forks") {
		t.Errorf("the error is %v", err)
	}
}

// The listing tells which calls are the forked process' own.
func TestForkIsListed(t *testing.T) {
	p := build(t, func(b *program.Builder) {
		pid := b.NewSlot("shell")
		b.Fork(pid, nil, func() { sh(b, "true") })
		wait4(b, pid)
		exit(b, 0)
	})
	var got []string
	for _, l := range p.Lines() {
		prefix := ""
		if l.Forked {
			prefix = "  "
		}
		got = append(got, prefix+l.Text)
	}
	want := []string{
		`clone(CLONE_VFORK|SIGCHLD, NULL, NULL, NULL, NULL) = <shell>`,
		`  dup3(<out>, 1, 0)`,
		`  execve("/bin/sh", ["sh", "-c", "true"], [<environment>, "STAGE=test"])`,
		`wait4(<shell>, [<status>], 0, NULL)`,
		`exit_group(0)`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("the listing is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOverlay(t *testing.T) {
	got := program.Overlay([]string{"A=1", "B=2", "C"}, []string{"B=3", "D=4", "B=5"})
	if want := []string{"A=1", "B=5", "C", "D=4"}; !slices.Equal(got, want) {
		t.Errorf("the environment is %q, want %q", got, want)
	}
}
