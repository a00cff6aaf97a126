//go:build linux

package program_test

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// wait reaps the child and returns its status.
func wait(t *testing.T, c program.Child) unix.WaitStatus {
	t.Helper()
	defer unix.Close(c.PIDFD)
	var ws unix.WaitStatus
	for {
		_, err := unix.Wait4(c.PID, &ws, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return ws
	}
}

func TestRunsCalls(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b program.Builder
	b.Step("say")
	b.Call("write", unix.SYS_WRITE, []program.Operand{program.InputFD("out"), program.Blob([]byte("hello"), `"hello"`), program.Int(5)})
	b.Call("exit_group", unix.SYS_EXIT_GROUP, []program.Operand{program.Int(7)})
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	img, err := p.Load(program.Inputs{FDs: map[string]int{"out": int(w.Fd())}})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	c, err := img.Spawn(program.CloneArgs{CgroupFD: -1})
	if err != nil {
		t.Fatal(err)
	}
	if ws := wait(t, c); ws.ExitStatus() != 7 {
		t.Errorf("exit %v", ws)
	}
	w.Close()
	buf := make([]byte, 10)
	n, _ := r.Read(buf)
	if string(buf[:n]) != "hello" {
		t.Errorf("got %q", buf[:n])
	}
	if f, ok := img.Failure(); ok {
		t.Errorf("failure %+v", f)
	}
	if got := p.Lines()[0].Text; !strings.HasPrefix(got, `write(<out>, "hello", 5)`) {
		t.Errorf("printed %s", got)
	}
}

// build makes a program of calls.
func build(t *testing.T, calls func(*program.Builder)) *program.Program {
	t.Helper()
	var b program.Builder
	b.Step("test")
	calls(&b)
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run loads a program, spawns it and waits for its end.
func run(t *testing.T, p *program.Program, in program.Inputs) (*program.Image, unix.WaitStatus) {
	t.Helper()
	img, err := p.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	c, err := img.Spawn(program.CloneArgs{CgroupFD: -1})
	if err != nil {
		t.Fatal(err)
	}
	return img, wait(t, c)
}

func exit(b *program.Builder, code int) {
	b.Call("exit_group", unix.SYS_EXIT_GROUP, []program.Operand{program.Int(code)})
}

func TestFailureIsReported(t *testing.T) {
	p := build(t, func(b *program.Builder) {
		b.Call("getpid", unix.SYS_GETPID, nil)
		b.Call("chdir", unix.SYS_CHDIR, []program.Operand{program.Str("/no/such/directory")})
		exit(b, 0)
	})
	img, ws := run(t, p, program.Inputs{})
	f, ok := img.Failure()
	if !ok || f.Instruction != 1 || f.Call != "chdir" || f.Object != "/no/such/directory" || f.Errno != unix.ENOENT || f.Step != "test" {
		t.Errorf("failure %+v, %v", f, ok)
	}
	if ws.ExitStatus() != 127 {
		t.Errorf("the child ends with %v", ws)
	}
}

// A program that ends without execve or exit has failed.
func TestRunningOffTheEnd(t *testing.T) {
	img, _ := run(t, build(t, func(b *program.Builder) { b.Call("getpid", unix.SYS_GETPID, nil) }), program.Inputs{})
	if f, ok := img.Failure(); !ok || f.Errno != unix.ENOEXEC {
		t.Errorf("failure %+v, %v", f, ok)
	}
}

func TestErrorsCanPass(t *testing.T) {
	chdir := []program.Operand{program.Str("/no/such/directory")}
	for name, c := range map[string]struct {
		calls func(*program.Builder)
		want  int // exit status, 127 for a failure
	}{
		"an error that is let pass": {func(b *program.Builder) {
			b.Call("chdir", unix.SYS_CHDIR, chdir, program.Pass(unix.EACCES, unix.ENOENT))
			exit(b, 1)
		}, 1},
		"another error": {func(b *program.Builder) {
			b.Call("chdir", unix.SYS_CHDIR, chdir, program.Pass(unix.EACCES))
			exit(b, 1)
		}, 127},
		"any error leads to a label": {func(b *program.Builder) {
			l := b.NewLabel()
			b.Call("chdir", unix.SYS_CHDIR, chdir, program.Else(l))
			exit(b, 1)
			b.Place(l)
			exit(b, 2)
		}, 2},
		"one error leads to a label": {func(b *program.Builder) {
			l := b.NewLabel()
			b.Call("chdir", unix.SYS_CHDIR, chdir, program.ElseOn(unix.ENOENT, l))
			exit(b, 1)
			b.Place(l)
			exit(b, 2)
		}, 2},
		"an error that does not lead there": {func(b *program.Builder) {
			l := b.NewLabel()
			b.Call("chdir", unix.SYS_CHDIR, chdir, program.ElseOn(unix.EPERM, l))
			exit(b, 1)
			b.Place(l)
			exit(b, 2)
		}, 127},
		"a pointer that leads nowhere": {func(b *program.Builder) {
			b.Call("chdir", unix.SYS_CHDIR, []program.Operand{program.Int(8)}, program.Pass(unix.EFAULT))
			exit(b, 3)
		}, 3},
		"a call that is none": {func(b *program.Builder) { b.Call("none", 100000, nil, program.Pass(unix.ENOSYS)); exit(b, 4) }, 4},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ws := run(t, build(t, c.calls), program.Inputs{}); ws.ExitStatus() != c.want {
				t.Errorf("exit status %d, want %d", ws.ExitStatus(), c.want)
			}
		})
	}
}

// The result of a call is an argument of a later one, and a field of a structure.
func TestSlots(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	p := build(t, func(b *program.Builder) {
		fd := b.NewSlot("file")
		b.CallInto(fd, "openat", unix.SYS_OPENAT, []program.Operand{program.Int(unix.AT_FDCWD), program.Str(file),
			program.Int(unix.O_CREAT | unix.O_WRONLY), program.Octal(0o600)})
		b.Call("write", unix.SYS_WRITE, []program.Operand{fd, program.Struct(program.Field{Width: 4, Value: fd}), program.Int(4)})
		exit(b, 0)
	})
	if _, ws := run(t, p, program.Inputs{}); ws.ExitStatus() != 0 {
		t.Fatalf("exit status %d", ws.ExitStatus())
	}
	data, err := os.ReadFile(file)
	if err != nil || len(data) != 4 || data[0] < 3 {
		t.Errorf("the file holds %v, %v", data, err)
	}
}

// Nothing is open in the child but what it is given.
func TestCloseOthers(t *testing.T) {
	for _, inputs := range [][]string{nil, {"first"}, {"first", "next", "last"}} {
		var open []*os.File
		for range 12 {
			f, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			open = append(open, f)
		}
		in := program.Inputs{FDs: map[string]int{}}
		given := map[string]int{"first": 2, "next": 3, "last": 9}
		p := build(t, func(b *program.Builder) {
			b.CloseOthers(0)
			for _, name := range inputs {
				in.FDs[name] = int(open[given[name]].Fd())
				b.Call("fcntl", unix.SYS_FCNTL, []program.Operand{program.InputFD(name), program.Int(unix.F_GETFD)})
			}
			for _, f := range open {
				if !slices.Contains(slices.Collect(maps.Values(in.FDs)), int(f.Fd())) {
					gone := b.NewLabel()
					b.Call("fcntl", unix.SYS_FCNTL, []program.Operand{program.Int(int(f.Fd())), program.Int(unix.F_GETFD)}, program.ElseOn(unix.EBADF, gone))
					exit(b, 1)
					b.Place(gone)
				}
			}
			exit(b, 0)
		})
		img, ws := run(t, p, in)
		if f, failed := img.Failure(); failed || ws.ExitStatus() != 0 {
			t.Errorf("given %q: the child ends with %d, %+v", inputs, ws.ExitStatus(), f)
		}
	}
}

func TestMissingInput(t *testing.T) {
	p := build(t, func(b *program.Builder) { b.Call("close", unix.SYS_CLOSE, []program.Operand{program.InputFD("door")}) })
	if _, err := p.Load(program.Inputs{}); err == nil || !strings.Contains(err.Error(), `"door"`) {
		t.Errorf("the error is %v", err)
	}
}

func TestBuildRefuses(t *testing.T) {
	for want, calls := range map[string]func(*program.Builder){
		"belongs to no step": func(b *program.Builder) { b.Call("getpid", unix.SYS_GETPID, nil) },
		"stands nowhere": func(b *program.Builder) {
			b.Step("s")
			b.Call("getpid", unix.SYS_GETPID, nil, program.Else(b.NewLabel()))
		},
		"leads back": func(b *program.Builder) {
			b.Step("s")
			l := b.NewLabel()
			b.Place(l)
			b.Call("getpid", unix.SYS_GETPID, nil, program.Else(l))
		},
	} {
		var b program.Builder
		calls(&b)
		if _, err := b.Build(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one with %q", err, want)
		}
	}
}

// Many children are made while the garbage collector is busy: the child is a fork
// of a process whose other threads are in any state.
func TestSpawnUnderPressure(t *testing.T) {
	for _, procs := range []int{1, runtime.NumCPU()} {
		before := runtime.GOMAXPROCS(procs)
		stop := make(chan struct{})
		var busy sync.WaitGroup
		for range 4 {
			busy.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_ = make([]byte, 1<<16)
					}
				}
			})
		}
		p := build(t, func(b *program.Builder) {
			for range 50 {
				b.Call("getppid", unix.SYS_GETPPID, nil)
			}
			pid := b.NewSlot("true")
			b.Fork(pid, nil, func() {
				b.Call("execve", unix.SYS_EXECVE, []program.Operand{program.Str("/bin/true"), program.Strings([]string{"true"}), program.Strings(nil)})
			})
			wait4(b, pid)
			exit(b, 9)
		})
		for range 150 {
			img, err := p.Load(program.Inputs{})
			if err != nil {
				t.Fatal(err)
			}
			c, err := img.Spawn(program.CloneArgs{CgroupFD: -1})
			if err != nil {
				t.Fatal(err)
			}
			if ws := wait(t, c); ws.ExitStatus() != 9 {
				t.Fatalf("the child ends with %v", ws)
			}
			img.Close()
		}
		close(stop)
		busy.Wait()
		runtime.GOMAXPROCS(before)
	}
}

// A program that has loaded a filter waits for its parent without a call, and one
// that must not even exit ends all the same, with what it failed at reported.
func TestHoldsBelowAFilter(t *testing.T) {
	// BPF_RET|BPF_K of SECCOMP_RET_ERRNO (seccomp(2))
	filter := []byte{0x06, 0, 0, 0, byte(unix.EPERM), 0, 0x05, 0}
	p := build(t, func(b *program.Builder) {
		flag := b.NewSlot("loaded")
		b.Call("prctl", unix.SYS_PRCTL, []program.Operand{program.Int(unix.PR_SET_NO_NEW_PRIVS), program.Int(1), program.Int(0), program.Int(0), program.Int(0)})
		b.CallInto(flag, "seccomp", unix.SYS_SECCOMP, []program.Operand{program.Int(unix.SECCOMP_SET_MODE_FILTER), program.Int(0), program.Struct(
			program.Field{Width: 2, Value: program.Int(1)}, program.Field{Width: 2, Value: program.Int(0)}, program.Field{Width: 4, Value: program.Int(0)},
			program.Field{Width: 8, Value: program.Blob(filter, "<filter>")},
		)})
		b.Hold("waits for the test")
		b.Call("getpid", unix.SYS_GETPID, nil)
		exit(b, 0)
	})
	if got := p.Lines()[2].Text; got != "(waits for the test)" {
		t.Errorf("printed %s", got)
	}
	img, err := p.Load(program.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if img.Slot("loaded") != -1 || img.Slot("none") != -1 {
		t.Errorf("slots hold %d and %d before the program runs", img.Slot("loaded"), img.Slot("none"))
	}
	c, err := img.Spawn(program.CloneArgs{CgroupFD: -1})
	if err != nil {
		t.Fatal(err)
	}
	for img.Slot("loaded") != 0 {
		runtime.Gosched()
	}
	var ws unix.WaitStatus
	if pid, err := unix.Wait4(c.PID, &ws, unix.WNOHANG, nil); err != nil || pid != 0 {
		t.Fatalf("the child does not wait: %v, %v", ws, err)
	}
	img.Release()
	if ws := wait(t, c); ws.Signal() != unix.SIGSEGV {
		t.Errorf("the child ends with %v", ws)
	}
	if f, ok := img.Failure(); !ok || f.Call != "getpid" || f.Errno != unix.EPERM {
		t.Errorf("failure %+v, %v", f, ok)
	}
}
