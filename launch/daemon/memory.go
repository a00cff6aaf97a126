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

// grown is how many bytes of its own a daemon may have before it is to be executed anew.
// One that has just been has a megabyte.
const grown = 1500 << 10

// hasGrown tells whether that is worth while.
func hasGrown() bool {
	const columns = 64
	var statm [columns]byte // size, resident, shared, … in pages (proc(5))
	fd, err := unix.Open("/proc/self/statm", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, statm[:])
	if err != nil {
		return false
	}
	var pages [3]int
	column := 0
	for _, c := range statm[:n] {
		switch {
		case c == ' ':
			column++
		case column < len(pages) && c >= '0' && c <= '9':
			pages[column] = 10*pages[column] + int(c-'0')
		}
	}
	return (pages[1]-pages[2])*unix.Getpagesize() > grown
}

// constant are the program's mappings that nothing is written to, found at the first Rest.
var constant [][2]uintptr

// Rest gives back what the process has mapped of its program and will hardly need while
// it waits: instructions and constants, which come back from the page cache when they are
// used (madvise(2), MADV_DONTNEED). It tells whether the process is to be executed anew.
func Rest() (again bool) {
	if hasGrown() {
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

// findConstant looks for them in /proc/self/maps (proc(5)): address, permissions, offset,
// device, inode, path.
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
