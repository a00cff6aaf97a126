//go:build linux

package epoll_test

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/epoll"
)

func newLoop(t *testing.T) *epoll.Loop {
	t.Helper()
	l, err := epoll.New(&sync.Mutex{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(p[0]); unix.Close(p[1]) })
	return p[0], p[1]
}

// What is written is read, and times come in their order.
func TestRun(t *testing.T) {
	l := newLoop(t)
	r, w := pipe(t)
	var log []string
	if err := l.Add(r, unix.EPOLLIN, func(uint32) {
		var b [8]byte
		n, _ := unix.Read(r, b[:])
		log = append(log, string(b[:n]))
		if len(log) == 4 {
			l.Stop()
		}
	}); err != nil {
		t.Fatal(err)
	}
	write := func(text string) func() {
		return func() { log = append(log, "timer"); _, _ = unix.Write(w, []byte(text)) }
	}
	l.After(20*time.Millisecond, write("second"))
	l.After(time.Millisecond, write("first"))
	l.Cancel(l.After(10*time.Millisecond, write("never")))
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(log, " "); got != "timer first timer second" {
		t.Errorf("it goes %q", got)
	}
}

// A call for a file that an earlier call of the same turn has closed, and whose number
// another file has got, does not come.
func TestRemoved(t *testing.T) {
	l := newLoop(t)
	a, toA := pipe(t)
	b, toB := pipe(t)
	calls := 0
	called := func(other int) func(uint32) {
		return func(uint32) {
			calls++
			l.Remove(a)
			l.Remove(b)
			null, err := os.Open(os.DevNull)
			if err != nil {
				t.Error(err)
			}
			defer null.Close()
			if err := unix.Dup3(int(null.Fd()), other, unix.O_CLOEXEC); err != nil {
				t.Error(err)
			}
			l.Stop()
		}
	}
	for fd, other := range map[int]int{a: b, b: a} {
		if err := l.Add(fd, unix.EPOLLIN, called(other)); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range []int{toA, toB} {
		if _, err := unix.Write(w, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Run(); err != nil || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// Stop may come before Run.
func TestStopped(t *testing.T) {
	l := newLoop(t)
	l.Stop()
	if err := l.Run(); err != nil {
		t.Error(err)
	}
	if err := l.Change(12345, 0); err == nil {
		t.Error("a file that is not waited for is changed")
	}
}

// Who wants to know hears twice that nothing has come, and again when something has come
// since.
func TestOnRest(t *testing.T) {
	l := newLoop(t)
	r, w := pipe(t)
	if err := l.Add(r, unix.EPOLLIN, func(uint32) { _, _ = unix.Read(r, make([]byte, 8)) }); err != nil {
		t.Fatal(err)
	}
	rests := 0
	l.OnRest(func() {
		switch rests++; rests {
		case 2:
			if _, err := unix.Write(w, []byte("word")); err != nil {
				t.Error(err)
			}
		case 3:
			l.Stop()
		}
	})
	if err := l.Run(); err != nil || rests != 3 {
		t.Errorf("it rests %d times, %v", rests, err)
	}
}
