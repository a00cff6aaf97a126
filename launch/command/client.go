//go:build linux

package command

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNotRunning says that nobody listens at a container's socket, or that its
// monitor has no init.
var ErrNotRunning = errors.New("the container is not running")

// timeout is how long a monitor may take for each answer. It has nothing to compute:
// one that takes longer is stopped or hangs.
const timeout = 10 * time.Second

// Peer is a container as it is spoken to through its monitor, LXC's or lxcfg's.
type Peer struct {
	LXCPath, Container string
	address            string // of the socket, when it is known otherwise
}

// answer is what a monitor has said.
type answer struct {
	result int32
	value  uint64
	data   []byte
	files  []int
}

// close lets go of the descriptors.
func (a answer) close() { closeAll(a.files) }

// socketAddress is where the monitor listens.
func (p Peer) socketAddress() string {
	if p.address != "" {
		return p.address
	}
	return Address(p.LXCPath, p.Container)
}

// connect connects to the monitor.
func (p Peer) connect() (socket int, err error) {
	socket, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := setTimeout(socket, timeout); err != nil {
		unix.Close(socket)
		return -1, err
	}
	for {
		err := unix.Connect(socket, &unix.SockaddrUnix{Name: p.socketAddress()})
		switch {
		case err == nil:
			return socket, nil
		case errors.Is(err, unix.EINTR):
			continue
		}
		unix.Close(socket)
		switch {
		case errors.Is(err, unix.ECONNREFUSED):
			return -1, ErrNotRunning
		case errors.Is(err, unix.EAGAIN):
			return -1, p.silent()
		}
		return -1, &os.PathError{Op: "connect", Path: p.socketAddress(), Err: err}
	}
}

// silent says that the monitor does not answer.
func (p Peer) silent() error {
	return fmt.Errorf("the monitor of container %q does not answer", p.Container)
}

// setTimeout bounds how long a socket waits, 0 for ever.
func setTimeout(socket int, d time.Duration) error {
	t := unix.NsecToTimeval(d.Nanoseconds())
	for _, option := range [...]int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, option, &t); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return nil
}

// ask sends a request and returns the answer.
func (p Peer) ask(number uint32, value uint64, data []byte) (answer, error) {
	socket, err := p.connect()
	if err != nil {
		return answer{}, err
	}
	defer unix.Close(socket)
	return p.askOver(socket, number, value, data)
}

// askOver asks over a connection.
func (p Peer) askOver(socket int, number uint32, value uint64, data []byte) (answer, error) {
	if err := send(socket, number, value, data); err != nil {
		return answer{}, &os.PathError{Op: "sendmsg", Path: p.socketAddress(), Err: err}
	}
	return p.answerOver(socket)
}

// answerOver takes the answer. A negative result is an error of the monitor's.
func (p Peer) answerOver(socket int) (answer, error) {
	a, err := receive(socket)
	switch {
	case errors.Is(err, unix.EAGAIN):
		err = p.silent()
	case err != nil:
		err = &os.PathError{Op: "recv", Path: p.socketAddress(), Err: err}
	case a.result < 0:
		err = &os.PathError{Op: "ask", Path: p.socketAddress(), Err: unix.Errno(-a.result)}
	}
	if err != nil {
		a.close()
		return answer{}, err
	}
	return a, nil
}

// send sends a request with the credentials that the monitor judges it by.
func send(socket int, number uint32, value uint64, data []byte) error {
	message := binary.NativeEndian.AppendUint32(make([]byte, 0, headerSize+len(data)), number)
	message = binary.NativeEndian.AppendUint32(message, uint32(len(data)))
	message = binary.NativeEndian.AppendUint64(message, value)
	credentials := unix.UnixCredentials(&unix.Ucred{Pid: int32(os.Getpid()), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())})
	if err := sendWhole(socket, message, credentials); err != nil || len(data) == 0 {
		return err
	}
	// LXC reads the beginning by itself.
	return sendWhole(socket, data, nil)
}

func sendWhole(socket int, message, control []byte) error {
	for {
		err := unix.Sendmsg(socket, message, control, nil, unix.MSG_NOSIGNAL)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// receive reads one answer. A monitor that closes the connection instead is an error.
func receive(socket int) (a answer, err error) {
	header, files, err := receiveWhole(socket, headerSize)
	a.files = files
	if err != nil {
		return a, err
	}
	a.result = int32(binary.NativeEndian.Uint32(header))
	a.value = binary.NativeEndian.Uint64(header[8:])
	length := int32(binary.NativeEndian.Uint32(header[4:]))
	if length < 0 || a.result < 0 {
		return a, nil
	}
	data, more, err := receiveWhole(socket, int(length))
	a.data, a.files = data, append(a.files, more...)
	return a, err
}

// receiveWhole reads so many bytes, and what comes along.
func receiveWhole(socket, length int) (data []byte, files []int, err error) {
	buf := make([]byte, min(length, math.MaxUint16))
	control := make([]byte, unix.CmsgSpace(4*maxDescriptors))
	for len(data) < length {
		n, c, _, _, err := unix.Recvmsg(socket, buf[:min(len(buf), length-len(data))], control, unix.MSG_CMSG_CLOEXEC)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return data, files, err
		case n == 0:
			return data, files, unix.ECONNRESET
		}
		_, more := parseControl(control[:c])
		data, files = append(data, buf[:n]...), append(files, more...)
	}
	return data, files, nil
}

// State asks for the container's state. Nobody listening is Stopped.
func (p Peer) State() (State, error) {
	a, err := p.ask(getState, 0, nil)
	if errors.Is(err, ErrNotRunning) || errors.Is(err, unix.ECONNRESET) && p.isGone() {
		return Stopped, nil
	}
	return State(a.value), err
}

// isGone tells whether nobody listens any more, after a connection was closed.
func (p Peer) isGone() bool {
	socket, err := p.connect()
	if err == nil {
		unix.Close(socket)
	}
	return errors.Is(err, ErrNotRunning)
}

// InitPID asks for the process id of init, on the host.
func (p Peer) InitPID() (int, error) {
	a, err := p.ask(getInitPID, 0, nil)
	if err == nil && int32(a.value) <= 0 {
		err = ErrNotRunning
	}
	return int(int32(a.value)), err
}

// Item asks what a key of the configuration is set to. ok is false when it is set to
// nothing.
func (p Peer) Item(key string) (value string, ok bool, err error) {
	a, err := p.ask(getConfigItem, 0, append([]byte(key), 0))
	if errors.Is(err, unix.EPERM) {
		return "", false, nil // -1, which is what it says of those as well
	}
	return unix.ByteSliceToString(a.data), err == nil && len(a.data) > 0, err
}

// Stop has the container's init killed, and waits until the monitor is gone.
func (p Peer) Stop() error {
	socket, err := p.connect()
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	if err := setTimeout(socket, 0); err != nil { // until it is done
		return err
	}
	_, err = p.askOver(socket, stop, 0, nil)
	if errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}

// Publish tells the monitor a state that was brought about from outside.
func (p Peer) Publish(state State) error {
	_, err := p.ask(serveStateClients, uint64(state), nil)
	return err
}

// Borrow borrows a terminal, 0 the console and -1 any that is free. It is given back when
// the connection is closed.
func (p Peer) Borrow(number int) (terminal, connection *os.File, lent int, err error) {
	socket, err := p.connect()
	if err != nil {
		return nil, nil, 0, err
	}
	connection = os.NewFile(uintptr(socket), p.socketAddress())
	a, err := p.askOver(socket, getTTY, uint64(int64(number)), nil)
	if err == nil && len(a.files) != 1 {
		a.close()
		err = unix.EBADF
	}
	if err != nil {
		connection.Close()
		return nil, nil, 0, err
	}
	return os.NewFile(uintptr(a.files[0]), fmt.Sprintf("tty%d", a.value)), connection, int(int32(a.value)), nil
}

// OpenCgroup opens the container's cgroup of a controller, the one that limits are set in.
func (p Peer) OpenCgroup(controller string) (*os.File, error) {
	data := make([]byte, cgroupFDSize)
	copy(data[cgroupFDSize-cgroupController:cgroupFDSize-1], controller)
	return p.file(getLimitCgroupFD, data, controller)
}

// file asks for a descriptor, and gives it a name for errors.
func (p Peer) file(number uint32, data []byte, name string) (*os.File, error) {
	a, err := p.ask(number, 0, data)
	if err == nil && len(a.files) != 1 {
		a.close()
		err = unix.EBADF
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(a.files[0]), name), nil
}

// InitPID asks for the process id of a container's init, on the host.
func InitPID(lxcPath, container string) (int, error) {
	p := Peer{LXCPath: lxcPath, Container: container}
	state, err := p.State()
	switch {
	case err != nil:
		return 0, err
	case state == Stopped:
		return 0, ErrNotRunning
	}
	return p.InitPID()
}
