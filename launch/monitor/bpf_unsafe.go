//go:build linux

package monitor

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bpfLoadAttr is the part of union bpf_attr that BPF_PROG_LOAD reads (bpf(2)).
type bpfLoadAttr struct {
	programType        uint32
	instructionCount   uint32
	instructions       uint64
	license            uint64
	logLevel, logSize  uint32
	logBuffer          uint64
	kernelVersion      uint32
	programFlags       uint32
	programName        [16]byte
	programIfindex     uint32
	expectedAttachType uint32
}

// bpfAttachAttr is the part that BPF_PROG_ATTACH and BPF_PROG_DETACH read.
type bpfAttachAttr struct {
	target, program, attachType, flags, replace uint32
}

// loadDeviceProgram has the kernel check and take an encoded device filter.
func loadDeviceProgram(code []byte, instructions int) (fd int, err error) {
	license := []byte("GPL\x00")
	attr := bpfLoadAttr{
		programType:      unix.BPF_PROG_TYPE_CGROUP_DEVICE,
		instructionCount: uint32(instructions),
		instructions:     uint64(uintptr(unsafe.Pointer(unsafe.SliceData(code)))),
		license:          uint64(uintptr(unsafe.Pointer(unsafe.SliceData(license)))),
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(unsafe.SliceData(code))
	pin.Pin(unsafe.SliceData(license))
	result, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return -1, errno
	}
	return int(result), nil
}

// attachProgram ties a loaded program to a cgroup, in the place of one of ours, unless that
// is 0, and beside those of others: the host's own filters, as of a systemd unit, stay in
// force.
func attachProgram(cgroup, program, inPlaceOf int) error {
	attr := bpfAttachAttr{
		target:     uint32(cgroup),
		program:    uint32(program),
		attachType: unix.BPF_CGROUP_DEVICE,
		flags:      unix.BPF_F_ALLOW_MULTI,
	}
	if inPlaceOf != 0 {
		attr.flags |= unix.BPF_F_REPLACE
		attr.replace = uint32(inPlaceOf)
	}
	return attr.call(unix.BPF_PROG_ATTACH)
}

// detachProgram takes a program of ours from a cgroup.
func detachProgram(cgroup, program int) error {
	attr := bpfAttachAttr{target: uint32(cgroup), program: uint32(program), attachType: unix.BPF_CGROUP_DEVICE}
	return attr.call(unix.BPF_PROG_DETACH)
}

func (a *bpfAttachAttr) call(command uintptr) error {
	if _, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(unsafe.Pointer(a)), unsafe.Sizeof(*a)); errno != 0 {
		return errno
	}
	return nil
}
