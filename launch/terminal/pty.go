//go:build linux

package terminal

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// OpenMaster allocates a pty of the host's devpts (pty(7)), and unlocks it.
func OpenMaster() (int, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("unlock a pty: %w", err)
	}
	return fd, nil
}

// OpenPeer opens the slave of a pty through its master (TIOCGPTPEER, ioctl_tty(2)),
// whose argument are open flags and not, as of most requests, a pointer.
func OpenPeer(master int) (int, error) {
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// IsTerminal tells whether a file is a terminal.
func IsTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// makeRaw has a terminal pass everything on, and returns its modes as they were.
func makeRaw(fd int) (saved *unix.Termios, err error) {
	saved, err = unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("read the terminal's modes: %w", err)
	}
	raw := *saved
	raw.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	raw.Oflag &^= unix.OPOST
	raw.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	raw.Cflag = raw.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &raw); err != nil {
		return nil, fmt.Errorf("set the terminal's modes: %w", err)
	}
	return saved, nil
}

// Raw has a terminal pass everything on until it is given its modes back.
func Raw(f *os.File) (restore func(), err error) {
	saved, err := makeRaw(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(int(f.Fd()), unix.TCSETSW, saved) }, nil
}

// CopySize gives a terminal the size of another.
func CopySize(to, from *os.File) { copySize(int(to.Fd()), int(from.Fd())) }

// copySize gives a terminal the size of another.
func copySize(to, from int) {
	if size, err := unix.IoctlGetWinsize(from, unix.TIOCGWINSZ); err == nil {
		_ = unix.IoctlSetWinsize(to, unix.TIOCSWINSZ, size)
	}
}
