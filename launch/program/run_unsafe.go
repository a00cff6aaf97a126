//go:build linux

package program

import (
	"slices"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// header is the start of an image. It lies in the mapping because nothing there
// moves: the kernel writes the pidfd while the goroutine's stack could.
type header struct {
	main    progress // of the child
	branch  progress // of the process it has forked last, up to that one's execve
	pidFD   int32    // written by clone3
	pid     int32    // of the child, written by the joiner
	goOn    uint32   // not 0: the parent has released the child
	_       uint32
	nowhere *byte // nil
	clone   cloneArgs
	joiner  joiner
	_       [headerSize - 56 - cloneArgsSize - joinerSize]byte
}

// joiner is a process between the parent and the child that joins namespaces of
// others, in which it then makes the child.
type joiner struct {
	clone  cloneArgs
	count  uint32 // of namespaces, 0: the parent makes the child itself
	failed uint32 // which could not be joined, from 1; 0 with an errno: the child could not be made
	errno  uint64
	joins  [maxJoins]struct {
		fd, namespace uint32
	}
}

// maxJoins is how many kinds of namespaces there are.
const maxJoins = 8

const (
	cloneArgsSize = 11 * 8
	joinerSize    = cloneArgsSize + 16 + maxJoins*8
)

// progress is how far a process has come.
type progress struct {
	pc     uint64 // index of the instruction that runs
	failed uint64 // errno of the instruction at pc, or exitFailed; 0 while all is well
}

// exitFailed stands where an errno would: a process that was waited for has ended
// with a status other than 0. No errno is as large.
const exitFailed = 4096

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
	least    int32  // a smaller result is the error lessIs
	lessIs   int32
	after    int32     // of a fork: index the forking process goes on at, its child goes on behind the fork; 0: no fork
	same     [2]uint32 // offsets of two slots that have to hold the same afterwards, 0 for a slot stands for the value 0
	unlike   int32     // the error when they do not, 0: nothing is compared
	_        int32
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
	args := &image.clone
	if image.joiner.count > 0 {
		args = &image.joiner.clone
	}
	pid, _, err = syscall.RawSyscall6(unix.SYS_CLONE3, uintptr(unsafe.Pointer(args)), unsafe.Sizeof(*args), 0, 0, 0, 0)
	if err == 0 && pid == 0 {
		if image.joiner.count > 0 {
			join(image, count)
		}
		run(image, count)
	}
	runtimeAfterFork()
	syscall.ForkLock.Unlock()
	return pid, err
}

// join is the joiner. It is held to what run is held to.
//
// Joining namespaces is for a process of one thread: a user namespace can be joined
// by no other, and a pid namespace takes in only the children of who joins it
// (setns(2)).
//
//go:nosplit
//go:norace
func join(image *header, count uint64) {
	j := &image.joiner
	for i := uint32(0); i < j.count; i++ {
		_, _, err := syscall.RawSyscall6(unix.SYS_SETNS, uintptr(j.joins[i].fd), uintptr(j.joins[i].namespace), 0, 0, 0, 0)
		if err != 0 {
			j.failed, j.errno = i+1, uint64(err)
			exit(image)
		}
	}
	pid, _, err := syscall.RawSyscall6(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&image.clone)), unsafe.Sizeof(image.clone), 0, 0, 0, 0)
	if err == 0 && pid == 0 {
		run(image, count)
	}
	image.pid, j.errno = int32(pid), uint64(err)
	exit(image)
}

// exit ends a process. Its status tells nothing: the image does.
//
//go:nosplit
//go:norace
func exit(image *header) {
	for {
		syscall.RawSyscall6(unix.SYS_EXIT_GROUP, 127, 0, 0, 0, 0, 0)
		// A filter that the program has loaded can refuse even that. It cannot refuse
		// a fault, which no process survives that does not handle it.
		*image.nowhere = 0
	}
}

// patience is how often a program tries to open paths again that others get in the way
// of: as long as who does it on purpose can hold a launch up.
const patience = 10000

// run is the child. It must not allocate, grow the stack, be preempted or write
// a pointer to the heap, and it never returns.
//
// A fork with CLONE_VFORK (clone(2)) suspends the process that makes it until its own
// child has executed another program or ended: the one knows at once when the other
// has failed.
//
//go:nosplit
//go:norace
func run(image *header, count uint64) {
	failed := uint64(unix.ENOEXEC) // a program that ends without execve
	at := &image.main
	again := 0
	pc := uint64(0)
	for pc < count {
		at.pc = pc
		in := (*rawInstruction)(unsafe.Add(unsafe.Pointer(image), headerSize+uintptr(pc)*instructionSize))
		pc++
		if in.after != 0 {
			image.branch.failed = 0
		}
		if in.number == holdNumber {
			// A busy wait, because every call is the filter's to refuse. It is as long
			// as it takes the parent to notice.
			for !released(image) {
			}
			continue
		}
		result, _, err := syscall.RawSyscall6(in.number,
			value(image, in, 0), value(image, in, 1), value(image, in, 2),
			value(image, in, 3), value(image, in, 4), value(image, in, 5))
		if err == 0 {
			if in.after != 0 && result == 0 {
				at, count = &image.branch, uint64(in.after)
				continue
			}
			if in.slot != 0 {
				*slotAt(image, in.slot) = int32(result)
			}
			if in.after != 0 {
				if image.branch.failed != 0 {
					at.pc, failed = image.branch.pc, image.branch.failed
					break
				}
				pc = uint64(in.after)
			}
			if int64(result) < int64(in.least) {
				err = syscall.Errno(in.lessIs)
			} else if in.unlike != 0 && word(image, in.same[0]) != word(image, in.same[1]) {
				err = syscall.Errno(in.unlike)
			} else {
				continue
			}
		}
		if err == unix.EAGAIN && in.number == unix.SYS_OPENAT2 && again < patience {
			// Somewhere on the host something was renamed or mounted while the kernel
			// walked a path with "..", so that it cannot tell where that has led (openat2(2)).
			again++
			pc--
			continue
		}
		if err == syscall.Errno(in.pass[0]) || err == syscall.Errno(in.pass[1]) ||
			err == syscall.Errno(in.pass[2]) || err == syscall.Errno(in.pass[3]) {
			continue
		}
		if in.orElse >= 0 && (in.elseOn == 0 || err == syscall.Errno(in.elseOn)) {
			pc = uint64(in.orElse)
			continue
		}
		failed = uint64(err)
		break
	}
	at.failed = failed
	exit(image)
}

// released reports whether the parent has let the child go on. A call, so that the
// memory is read each time.
//
//go:nosplit
//go:noinline
//go:norace
func released(image *header) bool { return image.goOn != 0 }

// Release lets a child go on that waits at a Hold, or will.
func (img *Image) Release() { atomic.StoreUint32(&img.header().goOn, 1) }

// Slot returns what a slot holds by its name: the result of a call, -1 before it was
// made. The child may be running.
func (img *Image) Slot(name string) int {
	i := slices.Index(img.program.slots, name)
	if i < 0 {
		return -1
	}
	return int(atomic.LoadInt32(slotAt(img.header(), uintptr(img.slots[i]))))
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

// word is what a slot holds, 0 for no slot.
//
//go:nosplit
//go:norace
func word(image *header, offset uint32) int32 {
	if offset == 0 {
		return 0
	}
	return *slotAt(image, uintptr(offset))
}
