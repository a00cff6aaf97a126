//go:build linux

package command

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The requests, by LXC's numbers.
const (
	getState   = 3
	getInitPID = 4
)

// State is what a container is doing, in LXC's numbers.
type State int32

// The states.
const (
	Stopped State = iota
	Starting
	Running
	Stopping
	Aborting
	Freezing
	Frozen
	Thawed
)

// ErrNotRunning says that nobody listens at a container's socket, or that its
// monitor has no init.
var ErrNotRunning = errors.New("the container is not running")

// timeout is how long a monitor may take for each answer, in seconds. It has nothing
// to compute: one that takes longer is stopped or hangs.
const timeout = 10

// messageSize is the size of a request and of an answer without what follows them.
const messageSize = 16

// GetState asks a container's monitor for its state. Nobody listening is Stopped.
func GetState(lxcPath, container string) (State, error) {
	value, err := ask(lxcPath, container, getState)
	if errors.Is(err, ErrNotRunning) {
		return Stopped, nil
	}
	return State(value), err
}

// InitPID asks for the process id of a running container's init, on the host.
func InitPID(lxcPath, container string) (int, error) {
	state, err := GetState(lxcPath, container)
	if err != nil {
		return 0, err
	}
	if state == Stopped {
		return 0, ErrNotRunning
	}
	pid, err := ask(lxcPath, container, getInitPID)
	if err == nil && pid <= 0 {
		err = ErrNotRunning
	}
	return int(pid), err
}

// ask sends a request without data and returns the number of the answer.
func ask(lxcPath, container string, request uint32) (value int64, err error) {
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	defer unix.Close(socket)
	wait := unix.Timeval{Sec: timeout}
	for _, option := range [...]int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, option, &wait); err != nil {
			return 0, os.NewSyscallError("setsockopt", err)
		}
	}
	address := Address(lxcPath, container)
	if err := connect(socket, address); err != nil {
		return 0, err
	}
	if err := send(socket, request); err != nil {
		return 0, &os.PathError{Op: "sendmsg", Path: address, Err: err}
	}
	answer, err := receive(socket)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return 0, fmt.Errorf("the monitor of container %q does not answer", container)
	case err != nil:
		return 0, &os.PathError{Op: "recv", Path: address, Err: err}
	}
	if result := int32(binary.NativeEndian.Uint32(answer)); result < 0 {
		return 0, &os.PathError{Op: "ask", Path: address, Err: unix.Errno(-result)}
	}
	return int64(binary.NativeEndian.Uint64(answer[8:])), nil
}

func connect(socket int, address string) error {
	for {
		err := unix.Connect(socket, &unix.SockaddrUnix{Name: address})
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ECONNREFUSED):
			return ErrNotRunning
		case err != nil:
			return &os.PathError{Op: "connect", Path: address, Err: err}
		default:
			return nil
		}
	}
}

// send sends a request with the credentials that the monitor judges it by.
func send(socket int, request uint32) error {
	message := make([]byte, messageSize)
	binary.NativeEndian.PutUint32(message, request)
	credentials := unix.UnixCredentials(&unix.Ucred{Pid: int32(os.Getpid()), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())})
	for {
		err := unix.Sendmsg(socket, message, credentials, nil, unix.MSG_NOSIGNAL)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// receive reads one answer. A monitor that closes the connection instead is an error.
func receive(socket int) ([]byte, error) {
	answer := make([]byte, 0, messageSize)
	for len(answer) < messageSize {
		n, err := unix.Read(socket, answer[len(answer):messageSize])
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0:
			return nil, unix.ECONNRESET
		default:
			answer = answer[:len(answer)+n]
		}
	}
	return answer, nil
}
