//go:build linux

package command_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
)

func TestAddress(t *testing.T) {
	long := "/" + strings.Repeat("x", 91) // 92 + "/abc/command" are 104, the most that fits is 105
	for _, test := range []struct{ lxcPath, name, want string }{
		{"/var/lib/lxc", "lm1", "@/var/lib/lxc/lm1/command"},
		{long, "abcd", "@" + long + "/abcd/command"},
		{long, "abcde", "@lxc/17e45f8b168042b6/command"},
	} {
		if got := command.Address(test.lxcPath, test.name); got != test.want {
			t.Errorf("the address of %s in a directory of %d bytes is %q, want %q", test.name, len(test.lxcPath), got, test.want)
		}
	}
}

// monitor listens as a container's monitor does and gives each request the answer of
// its number, in hexadecimal; none closes the connection. The requests it gets and who
// sent them are in what it returns.
func monitor(t *testing.T, answers map[byte]string) (lxcPath string, requests func() []string) {
	t.Helper()
	lxcPath = t.TempDir()
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_PASSCRED, 1),
		unix.Bind(socket, &unix.SockaddrUnix{Name: command.Address(lxcPath, "box")}),
		unix.Listen(socket, 10),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got := make(chan string, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			peer, _, err := unix.Accept4(socket, unix.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			request, control := make([]byte, 64), make([]byte, 64)
			n, c, _, _, err := unix.Recvmsg(peer, request, control, 0)
			if err != nil {
				return
			}
			messages, _ := unix.ParseSocketControlMessage(control[:c])
			sender := "nobody"
			if len(messages) > 0 {
				if credentials, err := unix.ParseUnixCredentials(&messages[0]); err == nil {
					sender = fmt.Sprintf("%d %d %d", credentials.Pid, credentials.Uid, credentials.Gid)
				}
			}
			got <- hex.EncodeToString(request[:n]) + " from " + sender
			answer, _ := hex.DecodeString(answers[request[0]])
			_, _ = unix.Write(peer, answer)
			unix.Close(peer)
		}
	}()
	t.Cleanup(func() {
		_ = unix.Shutdown(socket, unix.SHUT_RDWR)
		unix.Close(socket)
		<-done
	})
	return lxcPath, func() []string {
		var list []string
		for len(got) > 0 {
			list = append(list, <-got)
		}
		return list
	}
}

// The bytes are those that lxc-info exchanges with a container of LXC 5.0.2.
func TestInitPID(t *testing.T) {
	path, requests := monitor(t, map[byte]string{3: "00000000000000000200000000000000", 4: "0000000000000000132d000000000000"})
	pid, err := command.InitPID(path, "box")
	if err != nil || pid != 0x2d13 {
		t.Errorf("the process is %d, %v", pid, err)
	}
	sender := fmt.Sprintf(" from %d %d %d", os.Getpid(), os.Getuid(), os.Getgid())
	want := "03000000000000000000000000000000" + sender + ", 04000000000000000000000000000000" + sender
	if got := strings.Join(requests(), ", "); got != want {
		t.Errorf("the requests are\n%s\nwant\n%s", got, want)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	running := "00000000000000000200000000000000"
	for name, test := range map[string]struct {
		answers map[byte]string
		want    error
	}{
		"no init":                     {map[byte]string{3: running, 4: "00000000000000000000000000000000"}, command.ErrNotRunning},
		"stopped":                     {map[byte]string{3: "00000000000000000000000000000000"}, command.ErrNotRunning},
		"somebody else's container":   {map[byte]string{3: "ffffffff000000000000000000000000"}, unix.EPERM},
		"a connection that is closed": {nil, unix.ECONNRESET},
		"half an answer":              {map[byte]string{3: running[:20]}, unix.ECONNRESET},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := monitor(t, test.answers)
			if pid, err := command.InitPID(path, "box"); !errors.Is(err, test.want) {
				t.Errorf("the process is %d, %v; want %v", pid, err, test.want)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	if pid, err := command.InitPID(t.TempDir(), "box"); !errors.Is(err, command.ErrNotRunning) {
		t.Errorf("the process is %d, %v", pid, err)
	}
	if state, err := (command.Peer{LXCPath: t.TempDir(), Container: "box"}).State(); err != nil || state != command.Stopped {
		t.Errorf("the state is %d, %v", state, err)
	}
}
