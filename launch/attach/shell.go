//go:build linux

package attach

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// defaultShell is executed for a user who has none, or whose shell is not there.
const defaultShell = "/bin/sh"

// maxAccounts is how much of a file of accounts is read, in bytes. The container's root
// writes it.
const maxAccounts = 1 << 20

// shellOf is the login shell of a user as /etc/passwd below a root directory says
// (passwd(5)). LXC has getent(1) of the container say it.
func shellOf(root *os.File, uid uint32) string {
	if shell := accountShell(root, uid); shell != "" && isProgram(root, shell) {
		return shell
	}
	return defaultShell
}

func accountShell(root *os.File, uid uint32) string {
	for line := range bytes.Lines(readAccounts(root)) {
		const fields, idAt, shellAt = 7, 2, 6
		f := strings.Split(strings.TrimRight(string(line), "\n"), ":")
		if len(f) == fields && f[idAt] == strconv.FormatUint(uint64(uid), 10) && strings.HasPrefix(f[shellAt], "/") && !strings.ContainsRune(f[shellAt], 0) {
			return f[shellAt]
		}
	}
	return ""
}

// isProgram tells whether there is a file that somebody may execute.
func isProgram(root *os.File, path string) bool {
	fd, err := openInside(root, path, unix.O_PATH)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	return unix.Fstat(fd, &info) == nil && info.Mode&unix.S_IFMT == unix.S_IFREG && info.Mode&0o111 != 0
}

// openInside opens a file as a process would that has the directory for its root.
func openInside(root *os.File, path string, flags uint64) (int, error) {
	return unix.Openat2(int(root.Fd()), path, &unix.OpenHow{Flags: flags | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
}

// readAccounts reads the file. Links in its path lead where they do inside, a fifo or a
// device in its place is not waited for, and one without an end has one.
func readAccounts(root *os.File) []byte {
	fd, err := openInside(root, "/etc/passwd", unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return nil
	}
	file := os.NewFile(uintptr(fd), "etc/passwd")
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(file, maxAccounts)) // what cannot be read says nothing
	return text
}
