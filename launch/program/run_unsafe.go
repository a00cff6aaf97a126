//go:build linux

package program

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// header is the start of an image. It lies in the mapping because nothing there
// moves: the kernel writes the pidfd while the goroutine's stack could.
type header struct {
	pc     uint64 // index of the instruction that runs
	failed uint64 // errno of the instruction at pc, 0 while all is well
	pidFD  int32  // written by clone3
	_      int32
	clone  cloneArgs
	_      [headerSize - 24 - 11*8]byte
}

// header returns the start of the image.
func (img *Image) header() *header { return (*header)(unsafe.Pointer(unsafe.SliceData(img.arena))) }

// rawInstruction is an instruction as the child reads it.
type rawInstruction struct {
	number   uintptr
	args     [6]uintptr
	slot     uintptr // offset in the image of an int32 for the result, 0: not kept
	pass     [maxPass]int32
	indirect uint32 // bit i: args[i] is the offset of a slot
	orElse   int32  // index to go on at after an error, -1: give up
	elseOn   int32  // the one error that leads to orElse, 0: any
	least    int32
}

// The sizes the layout computes with are those of the types.
var (
	_ [headerSize - unsafe.Sizeof(header{})]byte
	_ [unsafe.Sizeof(header{}) - headerSize]byte
	_ [instructionSize - unsafe.Sizeof(rawInstruction{})]byte
	_ [unsafe.Sizeof(rawInstruction{}) - instructionSize]byte
)

// address is where the image begins.
func (img *Image) address() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(img.arena))) }

// cloneArgs is struct clone_args of clone3(2) up to cgroup (Linux 5.7).
type cloneArgs struct {
	flags, pidFD, childTID, parentTID, exitSignal uint64
	stack, stackSize, tls, setTID, setTIDSize     uint64
	cgroup                                        uint64
}

// The runtime's own preparation for fork, which package syscall uses and which
// the runtime promises to keep for gVisor: block all signals, and make any
// attempt to grow the stack crash.

//go:linkname runtimeBeforeFork syscall.runtime_BeforeFork
func runtimeBeforeFork()

//go:linkname runtimeAfterFork syscall.runtime_AfterFork
func runtimeAfterFork()

// clone makes the child. It returns in the parent only.
//
// The child goes without runtime_AfterForkInChild, which would reset some sixty
// signal handlers one call at a time: CLONE_CLEAR_SIGHAND has done so at once.
// Signals stay blocked until the program unblocks them.
//
//go:norace
func clone(image *header, count uint64) (pid uintptr, err syscall.Errno) {
	// No descriptor may be opened without O_CLOEXEC by another thread meanwhile.
	syscall.ForkLock.Lock()
	runtimeBeforeFork()
	pid, _, err = syscall.RawSyscall6(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&image.clone)), unsafe.Sizeof(image.clone), 0, 0, 0, 0)
	if err == 0 && pid == 0 {
		run(image, count)
	}
	runtimeAfterFork()
	syscall.ForkLock.Unlock()
	return pid, err
}

// run is the child. It must not allocate, grow the stack, be preempted or write
// a pointer, and it never returns.
//
//go:nosplit
//go:norace
func run(image *header, count uint64) {
	failed := syscall.Errno(unix.ENOEXEC) // a program that ends without execve
	pc := uint64(0)
	for pc < count {
		image.pc = pc
		in := (*rawInstruction)(unsafe.Add(unsafe.Pointer(image), headerSize+uintptr(pc)*instructionSize))
		pc++
		result, _, err := syscall.RawSyscall6(in.number,
			value(image, in, 0), value(image, in, 1), value(image, in, 2),
			value(image, in, 3), value(image, in, 4), value(image, in, 5))
		if err == 0 {
			if in.slot != 0 {
				*slotAt(image, in.slot) = int32(result)
			}
			if int64(result) >= int64(in.least) {
				continue
			}
			err = syscall.EPIPE // the other side is gone
		}
		if err == syscall.Errno(in.pass[0]) || err == syscall.Errno(in.pass[1]) ||
			err == syscall.Errno(in.pass[2]) || err == syscall.Errno(in.pass[3]) {
			continue
		}
		if in.orElse >= 0 && (in.elseOn == 0 || err == syscall.Errno(in.elseOn)) {
			pc = uint64(in.orElse)
			continue
		}
		failed = err
		break
	}
	image.failed = uint64(failed)
	for {
		syscall.RawSyscall6(unix.SYS_EXIT_GROUP, 127, 0, 0, 0, 0, 0)
	}
}

// value is an argument of an instruction, read from its slot where it is one.
//
//go:nosplit
//go:norace
func value(image *header, in *rawInstruction, i uint) uintptr {
	if in.indirect&(1<<i) != 0 {
		return uintptr(*slotAt(image, in.args[i]))
	}
	return in.args[i]
}

// slotAt is the slot at an offset of the image.
//
//go:nosplit
//go:norace
func slotAt(image *header, offset uintptr) *int32 {
	return (*int32)(unsafe.Add(unsafe.Pointer(image), offset))
}
