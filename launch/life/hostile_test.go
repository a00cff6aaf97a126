//go:build linux

package life_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
)

// answersStill demands that the monitor answers who has a right to ask.
func answersStill(t *testing.T, p command.Peer) {
	t.Helper()
	if pid, err := p.InitPID(); err != nil || pid != os.Getpid() {
		t.Errorf("init is said to be %d, %v", pid, err)
	}
}

// Clients that say nothing, too little, nonsense or too much, or that do not listen, do
// not keep the monitor from answering others.
func TestHostileClients(t *testing.T) {
	_, p := begin(t)
	files := func() []int {
		var list []int
		for range 20 {
			fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { unix.Close(fd) })
			list = append(list, fd)
		}
		return list
	}()
	for name, say := range map[string]func(socket int) error{
		"nothing":               func(int) error { return nil },
		"a byte":                func(s int) error { return write(s, []byte{3}) },
		"half a beginning":      func(s int) error { return write(s, header(3, 0, 0)[:8]) },
		"no request":            func(s int) error { return write(s, header(1<<31, 0, 0)) },
		"the number behind":     func(s int) error { return write(s, header(27, 0, 0)) },
		"data that do not come": func(s int) error { return write(s, header(7, 8000, 0)) },
		"less than no data":     func(s int) error { return write(s, header(7, 1<<31, 0)) },
		"too much data":         func(s int) error { return write(s, header(7, 8193, 0)) },
		"more than it says":     func(s int) error { return write(s, append(header(7, 4, 0), make([]byte, 8000)...)) },
		"data without an end":   func(s int) error { return write(s, append(header(7, 4, 0), "lxc."...)) },
		"descriptors":           func(s int) error { return send(s, header(3, 0, 0), unix.UnixRights(files...)) },
		"a listener missing":    func(s int) error { return write(s, header(13, 0, 0)) },
		"a listener too many": func(s int) error {
			return send(s, append(header(13, 0, 0), 0), unix.UnixRights(files...))
		},
		"all states": func(s int) error { return write(s, append(header(10, 32, 0), []byte("\xff\xff\xff\xff")...)) },
		"requests in a row": func(s int) error {
			for range 1000 {
				if err := write(s, header(8, 0, 0)); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				socket := dial(t, p)
				t.Cleanup(func() { unix.Close(socket) })
				if err := say(socket); err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
					t.Fatal(err)
				}
			}
			answersStill(t, p)
		})
	}
}

func write(socket int, data []byte) error {
	return send(socket, data, nil)
}

// Thousands of clients that connect and say nothing take no descriptors that others need:
// the oldest of them has to go.
func TestThousandsOfClients(t *testing.T) {
	_, p := begin(t)
	before := descriptors(t)
	var sockets []int
	defer func() {
		for _, s := range sockets {
			unix.Close(s)
		}
	}()
	for range 300 {
		sockets = append(sockets, dial(t, p))
	}
	answersStill(t, p)
	if now := descriptors(t) - before - len(sockets); now > 200 {
		t.Errorf("the monitor has %d connections open", now)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 250 {
				socket := dial(t, p)
				_ = write(socket, header(3, 0, 0)[:3])
				unix.Close(socket)
				answersStill(t, p)
			}
		})
	}
	wg.Wait()
	// Those that are left over are not kept for ever.
	for deadline := time.Now().Add(30 * time.Second); descriptors(t)-len(sockets) > before+2; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the monitor keeps %d descriptors", descriptors(t)-len(sockets)-before)
		}
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// Without descriptors to take connections with, the monitor waits until there are some.
func TestNoDescriptorsLeft(t *testing.T) {
	_, p := begin(t)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	socket := dial(t, p)
	defer unix.Close(socket)
	low := limit
	low.Cur = 3 // nothing more can be opened
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	err := write(socket, header(4, 0, 0))
	time.Sleep(100 * time.Millisecond)
	if err := errors.Join(err, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)); err != nil {
		t.Fatal(err)
	}
	if got := take(t, socket, 16); len(got) != 16 {
		t.Errorf("it is answered %x", got)
	}
	answersStill(t, p)
}

// Only root, and who the monitor belongs to, may ask.
func TestOtherUser(t *testing.T) {
	if name := os.Getenv("LXCFG_ASK"); name != "" {
		_, err := command.Peer{LXCPath: name, Container: "box"}.State()
		var errno syscall.Errno
		if errors.As(err, &errno) {
			os.Exit(int(errno))
		}
		os.Exit(0)
	}
	if os.Getuid() != 0 {
		t.Skip("not root: there is no other user to be")
	}
	_, p := begin(t)
	data, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "lxcfg-life-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self := dir + "/" + strconv.Itoa(os.Getpid())
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(self, data, 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, uid := range []uint32{0, 12345} {
		cmd := exec.Command(self, "-test.run=TestOtherUser")
		cmd.Env = []string{"LXCFG_ASK=" + p.LXCPath}
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		_ = cmd.Run()
		want := 0
		if uid != 0 {
			want = int(unix.EPERM)
		}
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("user %d is answered %v, want %v", uid, unix.Errno(got), unix.Errno(want))
		}
	}
}

// FuzzRequest says anything over the socket, in pieces, and asks something sensible then.
func FuzzRequest(f *testing.F) {
	for number := range uint32(28) {
		f.Add(header(number, 0, 0), 5)
		f.Add(append(header(number, 96, 1), make([]byte, 96)...), 20)
		f.Add(append(header(number, 32, 0), "\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00"...), 16)
		f.Add(append(header(number, 80, 0), make([]byte, 81)...), 0)
	}
	_, p := begin(f)
	f.Fuzz(func(t *testing.T, request []byte, cut int) {
		if len(request) >= 4 && request[0] == 12 && request[1]|request[2]|request[3] == 0 {
			return // it changes the state, for all who ask later
		}
		socket := dial(t, p)
		defer unix.Close(socket)
		cut = max(0, min(cut, len(request)))
		for _, piece := range [][]byte{request[:cut], request[cut:]} {
			if err := write(socket, piece); err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
				t.Fatal(err)
			}
		}
		if pid, err := p.InitPID(); err != nil || pid != os.Getpid() {
			t.Fatalf("init is said to be %d, %v", pid, err)
		}
		if state, err := p.State(); err != nil || state != command.Running {
			t.Fatalf("the state is %v, %v", state, err)
		}
	})
}
