//go:build linux

package monitor

import "golang.org/x/sys/unix"

// openPeer opens the slave of a pty through its master (TIOCGPTPEER, ioctl_tty(2)),
// whose argument are open flags and not, as of most requests, a pointer.
func openPeer(master int) (int, error) {
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}
