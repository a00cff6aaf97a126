//go:build linux

package lxclog

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// syslog is a connection to the daemon that collects the messages of a machine
// (syslog(3)).
type syslog struct {
	socket   int
	ident    string
	facility int
}

// devLog is where that daemon listens.
const devLog = "/dev/log"

// Syslog has messages sent to syslog as well, with one of the facilities that
// lxc.log.syslog may name: daemon, local0 to local7.
func (l *Log) Syslog(facility string) error {
	number := 3 // LOG_DAEMON
	if n, isLocal := strings.CutPrefix(facility, "local"); isLocal && len(n) == 1 {
		number = 16 + int(n[0]-'0') // LOG_LOCAL0 and behind it
	}
	// A daemon that does not read must not hold up the launch.
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	if err := unix.Connect(socket, &unix.SockaddrUnix{Name: devLog}); err != nil {
		unix.Close(socket)
		return &os.PathError{Op: "connect", Path: devLog, Err: err}
	}
	l.syslog = &syslog{socket: socket, ident: l.Program, facility: number}
	return nil
}

// send sends one message.
func (s *syslog) send(now time.Time, level Level, text string) {
	message := fmt.Sprintf("<%d>%s %s[%d]: %s", s.facility<<3|level.severity(), now.Format(time.Stamp), s.ident, os.Getpid(), text)
	_ = unix.Sendto(s.socket, []byte(message), unix.MSG_NOSIGNAL, nil)
}
