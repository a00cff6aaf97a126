//go:build linux

package monitor

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// notifySizes are those of the kernel's structures (SECCOMP_GET_NOTIF_SIZES,
// seccomp(2)): what is asked, what is answered, and the call in what is asked.
type notifySizes struct{ Request, Answer, Data uint16 }

// The kernel's structures begin with the id of the call (linux/seccomp.h).
const (
	idSize      = 8
	requestPID  = 8  // struct seccomp_notif: __u64 id, __u32 pid, …
	answerError = 16 // struct seccomp_notif_resp: __u64 id, __s64 val, __s32 error, …
)

// answer has the proxy decide about one call that a listener tells of. Whatever goes wrong, the caller is
// answered: as LXC does, that there is no such call.
func (l *filterListener) answer(fd int, request []byte) {
	answer := make([]byte, l.sizes.Answer)
	copy(answer, request[:idSize]) // LXC hands the answer over with the id filled in
	err := l.decide(fd, request, answer)
	l.proxy.count(err)
	if err != nil {
		noSuchCall := -int32(unix.ENOSYS)
		clear(answer)
		binary.NativeEndian.PutUint32(answer[answerError:], uint32(noSuchCall))
	}
	// An answer for another call is taken for this one, as LXC does: there is one at
	// a time.
	copy(answer, request[:idSize])
	// Who made the call may be gone, or answered by the proxy itself through the
	// listener.
	_ = notifyAnswer(fd, answer)
}

// decide asks the proxy. The caller's process is opened first, and then looked at
// again: its id may be another process' by now.
func (l *filterListener) decide(fd int, request, answer []byte) error {
	pid := binary.NativeEndian.Uint32(request[requestPID:])
	process, err := unix.Open(fmt.Sprintf("/proc/%d", pid), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the process %d that has made a call: %w", pid, err)
	}
	defer unix.Close(process)
	memory, err := unix.Openat(process, "mem", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the memory of the process %d that has made a call: %w", pid, err)
	}
	defer unix.Close(memory)
	if err := notifyValid(fd, binary.NativeEndian.Uint64(request)); err != nil {
		return fmt.Errorf("the call of process %d is not waiting any more: %w", pid, err)
	}
	return l.proxy.ask(l, request, answer, [3]int{process, memory, fd})
}
