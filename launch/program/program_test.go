//go:build linux

package program_test

import (
	"os"
	"strings"
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
