//go:build linux

package life_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
	"lxcfg/launch/life"
	"lxcfg/launch/terminal"
)

// settings are the configuration of the tests' container.
func settings() [][2]string {
	return [][2]string{{"lxc.net.0.type", "empty"}, {"lxc.group", "a"}, {"lxc.group", "b"}}
}

// begin begins the life of a container that is described by what there is in the test: the
// process itself is its init.
func begin(t testing.TB) (*life.Life, command.Peer) {
	t.Helper()
	dir := t.TempDir()
	cgroups := filepath.Join(dir, "cgroups")
	for _, name := range []string{"memory/box/inner", "unified/box/inner"} {
		if err := os.MkdirAll(filepath.Join(cgroups, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	pidfd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(pidfd) })
	c := command.Container{LXCPath: dir, Name: "box", InitPIDFD: -1, StopSignal: unix.SIGCONT, Devpts: -1, Notify: -1}
	l, err := life.Begin(c, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.End(); err != nil {
			t.Error(err)
		}
	})
	c.InitPID, c.InitPIDFD, c.CloneFlags = os.Getpid(), pidfd, unix.CLONE_NEWPID
	for _, hierarchy := range []string{"memory", "unified"} {
		version := map[string]int{"memory": 1, "unified": 2}[hierarchy]
		c.Cgroups = append(c.Cgroups, command.Cgroup{Hierarchy: hierarchy, Version: version, Mount: filepath.Join(cgroups, hierarchy), Limit: "/box", Inner: "/box/inner"})
	}
	l.Describe(c)
	l.SetState(command.Running)
	return l, command.Peer{LXCPath: dir, Container: "box"}
}

// again does what a signal has interrupted: the Go runtime sends itself some, and a socket
// with a timeout is not gone on with after one (signal(7)).
func again(do func() error) error {
	for {
		if err := do(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// send writes to a socket, with descriptors or without.
func send(socket int, data, control []byte) error {
	return again(func() error { return unix.Sendmsg(socket, data, control, nil, unix.MSG_NOSIGNAL) })
}

// receive reads what there is.
func receive(fd int, buf []byte) (n int, err error) {
	err = again(func() error {
		n, err = unix.Read(fd, buf)
		return err
	})
	return n, err
}

// dial connects to the container's socket.
func dial(t testing.TB, p command.Peer) int {
	t.Helper()
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 20})
	}
	if err == nil {
		err = again(func() error {
			return unix.Connect(socket, &unix.SockaddrUnix{Name: command.Address(p.LXCPath, p.Container)})
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return socket
}

// header is a request's beginning.
func header(number, length uint32, value uint64) []byte {
	b := binary.NativeEndian.AppendUint32(nil, number)
	b = binary.NativeEndian.AppendUint32(b, length)
	return binary.NativeEndian.AppendUint64(b, value)
}

// exchange says something over a connection and returns what it is answered until the
// end, and how many descriptors come along.
func exchange(t testing.TB, p command.Peer, request []byte, files ...int) (answer []byte, descriptors int) {
	t.Helper()
	socket := dial(t, p)
	defer unix.Close(socket)
	if err := send(socket, request, nil); err != nil && !errors.Is(err, unix.EPIPE) {
		t.Fatal(err)
	}
	if len(files) > 0 {
		if err := send(socket, []byte{0}, unix.UnixRights(files...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Shutdown(socket, unix.SHUT_WR); err != nil && !errors.Is(err, unix.ENOTCONN) {
		t.Fatal(err)
	}
	control, buf := make([]byte, 256), make([]byte, 4096)
	for {
		var n, c int
		err := again(func() (err error) {
			n, c, _, _, err = unix.Recvmsg(socket, buf, control, unix.MSG_CMSG_CLOEXEC)
			return err
		})
		switch {
		case err != nil && !errors.Is(err, unix.ECONNRESET):
			t.Fatalf("after %x: %v", answer, err)
		case err != nil || n == 0:
			return answer, descriptors
		}
		answer = append(answer, buf[:n]...)
		messages, _ := unix.ParseSocketControlMessage(control[:c])
		for i := range messages {
			fds, _ := unix.ParseUnixRights(&messages[i])
			descriptors += len(fds)
			for _, fd := range fds {
				unix.Close(fd)
			}
		}
	}
}

// answered encodes an answer.
func answered(result int32, value uint64, data string) string {
	b := header(uint32(result), uint32(len(data)), value)
	return hex.EncodeToString(append(b, data...))
}

// The requests are the bytes that LXC's tools send, and the answers those of LXC's
// monitor for such a container.
func TestRequests(t *testing.T) {
	_, p := begin(t)
	cgroupFD := func(kind uint32, controller string) []byte {
		b := make([]byte, 80)
		binary.NativeEndian.PutUint32(b[8:], kind)
		copy(b[16:], controller)
		return b
	}
	gotCgroup := func(kind uint32, controller string) string {
		b := cgroupFD(kind, controller)
		b[0] = 1 // hybrid
		return string(b)
	}
	context := make([]byte, 96)
	context[0], context[8] = 1, 2
	wants := func(state command.State, how byte) []byte {
		b := make([]byte, 32)
		b[4*state] = how
		return b
	}
	for _, test := range []struct {
		name        string
		number      uint32
		value       uint64
		data        string
		want        string
		descriptors int
	}{
		{"state", 3, 0, "", answered(0, 2, ""), 0},
		{"init", 4, 0, "", answered(0, uint64(os.Getpid()), ""), 0},
		{"clone flags", 5, 0, "", answered(0, unix.CLONE_NEWPID, ""), 0},
		{"cgroup of a controller", 6, 0, "memory\x00", answered(0, 0, "/box/inner\x00"), 0},
		{"cgroup without a controller", 6, 0, "", answered(0, 0, "/box/inner\x00"), 0},
		{"cgroup of no controller", 6, 0, "no-such\x00", "", 0},
		{"item", 7, 0, "lxc.net.0.type\x00", answered(0, 0, "empty\x00"), 0},
		{"item with several values", 7, 0, "lxc.group\x00", answered(0, 0, "a\nb\x00"), 0},
		{"item that is not set", 7, 0, "lxc.no.such\x00", answered(-1, 0, ""), 0},
		{"item without a name", 7, 0, "", answered(-1, 0, ""), 0},
		{"name", 8, 0, "", answered(0, 0, "box\x00"), 0},
		{"path", 9, 0, "", answered(0, 0, p.LXCPath+"\x00"), 0},
		{"a state that there is", 10, 0, string(wants(command.Running, 1)), answered(2, 2, ""), 0},
		{"states of another size", 10, 0, "1234", answered(-int32(unix.EINVAL), 0, ""), 0},
		{"console log", 11, 0, strings.Repeat("\x00", 24), answered(-int32(unix.EFAULT), 0, ""), 0},
		{"publish a state that there is not", 12, 99, "", answered(-int32(unix.EINVAL), 0, ""), 0},
		{"device rule", 14, 0, strings.Repeat("\x00", 40), answered(-1, 0, ""), 0},
		{"freeze", 15, 0, "", answered(-int32(unix.ENOENT), 0, ""), 0},
		{"cgroup of v2", 17, 0, "", answered(-int32(unix.EINVAL), 0, ""), 0},
		{"descriptor of init", 18, 0, "", answered(0, 0, ""), 1},
		{"cgroup with the limits", 19, 0, "memory\x00", answered(0, 0, "/box\x00"), 0},
		{"limits of v2", 20, 0, "", answered(-int32(unix.EINVAL), 0, ""), 0},
		{"devpts", 21, 0, "", answered(-int32(unix.EBADF), 0, ""), 0},
		{"listener", 22, 0, "", answered(-int32(unix.EBADF), 0, ""), 0},
		{"all cgroups", 23, 0, string(make([]byte, 96)), answered(0, 0, string(context)), 2},
		{"a cgroup", 24, 0, string(cgroupFD(0, "memory")), answered(0, 0, gotCgroup(unix.CGROUP_SUPER_MAGIC, "memory")), 1},
		{"a cgroup of v2", 25, 0, string(cgroupFD(unix.CGROUP2_SUPER_MAGIC, "")), answered(0, 0, gotCgroup(unix.CGROUP2_SUPER_MAGIC, "")), 1},
		{"a cgroup of the other kind", 25, 0, string(cgroupFD(unix.CGROUP2_SUPER_MAGIC, "memory")), answered(-int32(unix.EINVAL), 0, ""), 0},
		{"a cgroup that there is not", 25, 0, string(cgroupFD(0, "no-such")), answered(-int32(unix.ENOENT), 0, ""), 0},
		{"a controller without an end", 25, 0, string(cgroupFD(0, strings.Repeat("x", 64))), answered(-int32(unix.EINVAL), 0, ""), 0},
		{"scope", 26, 0, "", answered(-int32(unix.EINVAL), 0, ""), 0},
		{"tty", 0, 1, "", answered(-int32(unix.EBADF), 0, ""), 0},
		{"window", 1, 0, "", "", 0},
		{"no request", 27, 0, "", answered(-int32(unix.ENOSYS), 0, ""), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, descriptors := exchange(t, p, append(header(test.number, uint32(len(test.data)), test.value), test.data...))
			if hex.EncodeToString(got) != test.want || descriptors != test.descriptors {
				t.Errorf("the answer is\n%x with %d descriptors, want\n%s with %d", got, descriptors, test.want, test.descriptors)
			}
		})
	}
	null, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(null)
	got, _ := exchange(t, p, header(13, 0, 0), null)
	if want := answered(-int32(unix.EINVAL), 0, ""); hex.EncodeToString(got) != want {
		t.Errorf("a listener is answered %x, want %s", got, want)
	}
}

// Who waits for a state is told when it comes, with 264 bytes, and then left alone; for who
// waits for none that comes, the end of the connection is the container's.
func TestWaiting(t *testing.T) {
	l, p := begin(t)
	wait := func(how byte, states ...command.State) int {
		socket := dial(t, p)
		t.Cleanup(func() { unix.Close(socket) })
		data := make([]byte, 32)
		for _, s := range states {
			data[4*s] = how
		}
		if err := send(socket, append(header(10, 32, 0), data...), nil); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(take(t, socket, 16)); got != answered(8, 8, "") {
			t.Fatalf("who has to wait is answered %s", got)
		}
		return socket
	}
	frozen, stopped := wait(1, command.Frozen), wait(1, command.Stopped)
	again, ended := wait(2, command.Running), wait(1, command.Aborting)
	message := func(value byte) string {
		b := make([]byte, 264)
		copy(b[4:], "box")
		b[260] = value
		return string(b)
	}
	if err := p.Publish(command.Frozen); err != nil {
		t.Fatal(err)
	}
	if got := string(take(t, frozen, 1000)); got != message(6) {
		t.Errorf("who waits for a frozen container is told %x", got)
	}
	if state, err := p.State(); err != nil || state != command.Frozen {
		t.Errorf("the state is %v, %v", state, err)
	}
	if err := p.Publish(command.Thawed); err != nil {
		t.Fatal(err)
	}
	if state, err := p.State(); err != nil || state != command.Running {
		t.Errorf("a container that was thawed is %v, %v", state, err)
	}
	l.SetState(command.Stopped)
	l.Dismiss(true)
	if got := string(take(t, stopped, 1000)); got != message(0) {
		t.Errorf("who waits for the end is told %x", got)
	}
	if got := take(t, ended, 1000); len(got) > 0 {
		t.Errorf("who waits for something else is told %x", got)
	}
	l.SetState(command.Running)
	if got := string(take(t, again, 1000)); got != message(2) {
		t.Errorf("who waits for the reboot is told %x", got)
	}
	last := wait(1, command.Stopped)
	if err := l.End(); err != nil {
		t.Fatal(err)
	}
	if got := take(t, last, 1000); len(got) > 0 {
		t.Errorf("at the end who waits is told %x", got)
	}
	if state, err := p.State(); err != nil || state != command.Stopped {
		t.Errorf("the state is %v, %v", state, err)
	}
}

// take reads so many bytes, or up to the end.
func take(t *testing.T, socket, most int) []byte {
	t.Helper()
	var got []byte
	for len(got) < most {
		buf := make([]byte, most-len(got))
		n, err := receive(socket, buf)
		switch {
		case err != nil && !errors.Is(err, unix.ECONNRESET):
			t.Fatal(err)
		case err != nil || n == 0:
			return got
		}
		got = append(got, buf[:n]...)
	}
	return got
}

// The client's side of waiting.
func TestWaitClient(t *testing.T) {
	l, p := begin(t)
	if state, err := p.Wait(0, command.Running, command.Stopped); err != nil || state != command.Running {
		t.Errorf("it is %v, %v", state, err)
	}
	if state, err := p.Wait(50*time.Millisecond, command.Stopped); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it is %v, %v", state, err)
	}
	told := make(chan error, 2)
	for range cap(told) {
		go func() {
			state, err := p.Wait(0, command.Stopped)
			if err == nil && state != command.Stopped {
				err = fmt.Errorf("it is %v", state)
			}
			told <- err
		}()
	}
	time.Sleep(20 * time.Millisecond)
	if err := l.End(); err != nil {
		t.Fatal(err)
	}
	for range cap(told) {
		if err := <-told; err != nil {
			t.Error(err)
		}
	}
	if state, err := p.Wait(50*time.Millisecond, command.Running); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a container that does not run is %v, %v", state, err)
	}
}

// Only one monitor can have a container.
func TestSecondMonitor(t *testing.T) {
	_, p := begin(t)
	var running *command.RunningError
	if _, err := life.Begin(command.Container{LXCPath: p.LXCPath, Name: "box"}, nil); !errors.As(err, &running) {
		t.Errorf("the second is told %v", err)
	}
}

// The list finds containers by their sockets, those with long names too.
func TestList(t *testing.T) {
	_, p := begin(t)
	long := "a container with " + strings.Repeat("x", 100)
	l, err := life.Begin(command.Container{LXCPath: p.LXCPath, Name: long, InitPIDFD: -1, Devpts: -1, Notify: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.End()
	if names, err := command.List(p.LXCPath); err != nil || strings.Join(names, ",") != long+",box" {
		t.Errorf("the list is %q, %v", names, err)
	}
	if names, err := command.List(filepath.Dir(p.LXCPath)); err != nil || len(names) > 0 {
		t.Errorf("the list of the directory above is %q, %v", names, err)
	}
}

// The console and the ttys are lent, and what is written at one end is read at the
// other.
func TestLending(t *testing.T) {
	l, p := begin(t)
	var masters, slaves []int
	for range 3 {
		master, err := terminal.OpenMaster()
		if err != nil {
			t.Skip("no pty can be had: ", err)
		}
		slave, err := terminal.OpenPeer(master)
		if err != nil {
			t.Fatal(err)
		}
		masters, slaves = append(masters, master), append(slaves, slave)
		t.Cleanup(func() { unix.Close(master); unix.Close(slave) })
	}
	console := os.NewFile(uintptr(masters[0]), "console")
	ring := terminal.NewRing(100)
	if err := l.Connect(life.Terminals{Console: console, TTYs: masters[1:], Buffer: ring}, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Disconnect() })

	one, oneOf, number, err := p.Borrow(-1)
	if err != nil || number != 1 {
		t.Fatalf("the first tty is %d, %v", number, err)
	}
	if _, _, _, err := p.Borrow(1); !errors.Is(err, unix.EBADF) {
		t.Errorf("a tty that was lent is lent again: %v", err)
	}
	two, twoOf, number, err := p.Borrow(2)
	if err != nil || number != 2 {
		t.Fatalf("the second tty is %d, %v", number, err)
	}
	if _, _, _, err := p.Borrow(-1); !errors.Is(err, unix.EBADF) {
		t.Errorf("there is one more: %v", err)
	}
	if _, err := unix.Write(slaves[2], []byte("login: ")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, two, 7); got != "login: " {
		t.Errorf("the second tty shows %q", got)
	}
	for _, f := range []*os.File{one, oneOf, two, twoOf} {
		f.Close()
	}
	for range 200 { // at once: LXC's console test does not wait either
		tty, of, _, err := p.Borrow(2)
		if err != nil {
			t.Fatalf("a tty that was given back is not lent again: %v", err)
		}
		tty.Close()
		of.Close()
	}

	first, firstOf, _, err := p.Borrow(0)
	if err != nil {
		t.Fatal(err)
	}
	second, secondOf, _, err := p.Borrow(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Write(slaves[0], []byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{first, second} {
		if got := read(t, f, 7); got != "hello\r\n" {
			t.Errorf("the console shows %q", got)
		}
	}
	if _, err := second.WriteString("typed\r"); err != nil {
		t.Fatal(err)
	}
	typed := make([]byte, 100)
	if n, err := receive(slaves[0], typed); err != nil || string(typed[:n]) != "typed\n" {
		t.Errorf("the container reads %q, %v", typed[:max(n, 0)], err)
	}
	for _, f := range []*os.File{first, second} {
		if got := read(t, f, 7); got != "typed\r\n" { // the terminal echoes
			t.Errorf("the console shows %q", got)
		}
	}
	for _, f := range []*os.File{first, firstOf, second, secondOf} {
		f.Close()
	}
	want := "hello\r\ntyped\r\n"
	request := make([]byte, 24)
	request[1] = 1
	got, _ := exchange(t, p, append(header(11, 24, 0), request...))
	if hex.EncodeToString(got) != answered(0, 0, want) {
		t.Errorf("the console's log is %q", got)
	}
	got, _ = exchange(t, p, append(header(11, 24, 0), request...))
	if hex.EncodeToString(got) != answered(-int32(unix.ENODATA), 0, "") {
		t.Errorf("read again the console's log is %q", got)
	}
}

// read reads so many bytes of a terminal.
func read(t *testing.T, f *os.File, n int) string {
	t.Helper()
	var got []byte
	for len(got) < n {
		fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
		if ready, err := unix.Poll(fds, 20000); ready == 0 || err != nil && !errors.Is(err, unix.EINTR) {
			t.Fatalf("after %q nothing more comes: %v", got, err)
		}
		buf := make([]byte, n-len(got))
		m, err := receive(int(f.Fd()), buf)
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		got = append(got, buf[:m]...)
	}
	return string(bytes.Clone(got))
}
