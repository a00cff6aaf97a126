//go:build linux

package program

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// Failure says which instruction made the child give up.
type Failure struct {
	Instruction int
	Step        string // name of the step
	Call        string // name of the system call
	Object      string // what it was about
	Text        string // the call as it was printed
	Errno       unix.Errno
	Exit        *unix.WaitStatus // instead of Errno: how a process that the call waited for ended
}

// Failure returns what made the child give up, or a process that it has forked, ok
// false when nothing did. It may be asked once both are gone or have executed another
// program.
func (img *Image) Failure() (f Failure, ok bool) {
	at := &img.header().main
	if at.failed == 0 {
		at = &img.header().branch
	}
	failed := at.failed
	if failed == 0 {
		return Failure{}, false
	}
	i := img.index(at)
	in := img.program.instructions[i]
	f = Failure{
		Instruction: i,
		Step:        img.program.steps[in.step],
		Call:        in.call,
		Object:      in.object(),
		Text:        img.program.text(in),
		Errno:       unix.Errno(failed),
	}
	if failed == exitFailed {
		status := unix.WaitStatus(binary.NativeEndian.Uint32(img.arena[img.slots[in.same[0]]:]))
		f.Errno, f.Exit = 0, &status
	}
	return f, true
}

// Where returns the instruction the child was at last.
func (img *Image) Where() Line {
	in := img.program.instructions[img.index(&img.header().main)]
	return img.program.line(in)
}

// index is that of the instruction a process was at last. The child shares the memory
// it is read from: a number out of range is the last one's, not a crash.
func (img *Image) index(at *progress) int {
	return int(min(at.pc, uint64(len(img.program.instructions)-1)))
}

// object is what a failing call is about: what the builder said, else its first
// string.
func (in instruction) object() string {
	if in.detail != "" {
		return in.detail
	}
	for _, a := range in.args {
		if s, ok := a.(str); ok && s != "" {
			return string(s)
		}
	}
	return ""
}
