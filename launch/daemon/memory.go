//go:build linux

package daemon

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// A daemon does not collect garbage: the first collection costs more memory than there is
// to be had back. What it allocates while it waits is little, and when that has come to
// something it executes itself anew.

// grown is how many pages a daemon may come to before it is to be executed anew, beside those
// that it has begun with and would soon have again: half a megabyte on most machines.
const grown = 128

// Rest returns what is to be called whenever the daemon, which is ready to wait now, has had
// nothing to do for a moment. That gives back what the process has mapped of its program and
// will hardly need: instructions and constants, which come back from the page cache when
// they are used (madvise(2), MADV_DONTNEED). It tells whether the process is to be executed
// anew instead.
func Rest() func() (again bool) {
	began, most := anonymous(), grown*unix.Getpagesize()>>10
	var constant [][2]uintptr
	return func() (again bool) {
		if anonymous()-began > most {
			return true
		}
		if constant == nil {
			constant = findConstant()
		}
		for _, r := range constant {
			_, _, _ = unix.RawSyscall(unix.SYS_MADVISE, r[0], r[1]-r[0], unix.MADV_DONTNEED)
		}
		return false
	}
}

// rollup has room for a whole /proc/PID/smaps_rollup.
var rollup [4096]byte

// anonymous is how many kilobytes of its own the process has written to (smaps_rollup in
// proc(5)), 0 when that cannot be told. The figures of statm would cost less, and are
// inaccurate.
func anonymous() (kilobytes int) {
	fd, err := unix.Open("/proc/self/smaps_rollup", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, rollup[:])
	if err != nil {
		return 0
	}
	_, row, _ := bytes.Cut(rollup[:n], []byte("\nAnonymous:"))
	for _, c := range bytes.TrimLeft(row, " ") {
		if c < '0' || c > '9' {
			break
		}
		kilobytes = 10*kilobytes + int(c-'0')
	}
	return kilobytes
}

// findConstant looks for the program's mappings that nothing is written to in
// /proc/self/maps (proc(5)): address, permissions, offset, device, inode, path.
func findConstant() (ranges [][2]uintptr) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(maps) {
		fields := bytes.Fields(line)
		if len(fields) < 6 || fields[5][0] != '/' || fields[1][1] == 'w' {
			continue
		}
		from, to, _ := bytes.Cut(fields[0], []byte("-"))
		ranges = append(ranges, [2]uintptr{address(from), address(to)})
	}
	return ranges
}

func address(hex []byte) uintptr {
	n, _ := strconv.ParseUint(string(hex), 16, 64)
	return uintptr(n)
}
