//go:build linux

package doctor

import (
	"encoding/binary"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// executable is what execve(2) makes of a file.
type executable struct {
	directory bool   // it is one
	barred    bool   // no bit lets anybody execute it
	headless  bool   // it is neither a program nor a script that says what runs it
	carriage  bool   // the first line of the script ends in a carriage return
	runner    string // what runs it: the interpreter of a script, the dynamic linker of a program; empty for none
}

// executableAt looks at an open file, which may be one of O_PATH. Nothing but a regular
// file is opened again: what a device does then, nobody knows. ok is false for what
// cannot be looked at.
func executableAt(fd int) (x executable, ok bool) {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return x, false
	}
	x.directory = st.Mode&unix.S_IFMT == unix.S_IFDIR
	x.barred = st.Mode&0o111 == 0 || st.Mode&unix.S_IFMT != unix.S_IFREG
	if x.directory || x.barred {
		return x, true
	}
	f, err := os.Open("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil {
		return x, false
	}
	defer f.Close()
	head := make([]byte, 256) // as much as the kernel looks at (BINPRM_BUF_SIZE)
	n, _ := f.ReadAt(head, 0) // a short file is told of as what it is
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	rest, script := strings.CutPrefix(line, "#!")
	switch fields := strings.Fields(rest); {
	case script && len(fields) > 0:
		x.runner, x.carriage = strings.TrimSuffix(fields[0], "\r"), strings.HasSuffix(line, "\r")
	case strings.HasPrefix(line, "\x7fELF"):
		x.runner = linker(f, head[:n])
	default:
		x.headless = true
	}
	return x, true
}

// linker is the path of the dynamic linker that an ELF file names, empty for a static
// program and for a file that is broken (elf(5), PT_INTERP).
func linker(f io.ReaderAt, head []byte) string {
	if len(head) < 64 {
		return ""
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	wide := head[4] == 2 // ELFCLASS64
	word := func(b []byte) int64 {
		if wide {
			return int64(order.Uint64(b))
		}
		return int64(order.Uint32(b))
	}
	table, size, count := word(head[28:]), 32, int(order.Uint16(head[44:]))
	offset, length := 4, 16 // of p_offset and p_filesz
	if wide {
		table, size, count = word(head[32:]), 56, int(order.Uint16(head[56:]))
		offset, length = 8, 32
	}
	const interpreter = 3 // PT_INTERP
	row := make([]byte, size)
	for i := range min(count, 128) {
		if _, err := f.ReadAt(row, table+int64(i*size)); err != nil {
			return ""
		}
		if order.Uint32(row) != interpreter {
			continue
		}
		path := make([]byte, min(max(word(row[length:]), 0), unix.PathMax))
		if _, err := f.ReadAt(path, word(row[offset:])); err != nil {
			return ""
		}
		name, _, _ := strings.Cut(string(path), "\x00")
		return name
	}
	return ""
}
