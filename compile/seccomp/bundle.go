package seccomp

import "slices"

// On some ABIs sockets and System V IPC can be reached through one call each that
// bundles the services of its kind, with the number of the service as its first
// argument (socketcall(2), ipc(2)), beside calls of their own or instead of them.
// A rule about a service has to hold there too.

// socketServices lists the services of socketcall by number, from 1.
var socketServices = [...]string{1: "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv",
	"sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg"}

// ipcServices lists the services of ipc by number.
var ipcServices = [...]string{1: "semop", "semget", "semctl", "semtimedop", 11: "msgsnd", "msgrcv", "msgget", "msgctl", 21: "shmat", "shmdt", "shmget", "shmctl"}

// bundled finds the call that a service can be reached through, and its number
// there.
func (a architecture) bundled(name string) (bundle string, service uint64, ok bool) {
	if !a.bundles || name == "" {
		return "", 0, false
	}
	if i := slices.Index(socketServices[:], name); i >= 0 {
		return "socketcall", uint64(i), true
	}
	if i := slices.Index(ipcServices[:], name); i >= 0 {
		return "ipc", uint64(i), true
	}
	return "", 0, false
}
