package seccomp

import "slices"

// On 32-bit x86, sockets and System V IPC can be reached through one call each
// that bundles the services of its kind, with the number of the service as its
// first argument (socketcall(2), ipc(2)). A rule about a service has to hold
// there too.

// socketServices lists the services of socketcall by number, from 1.
func socketServices() []string {
	return []string{"socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv",
		"sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg"}
}

// ipcService gives the number of a service of ipc.
func ipcService(name string) (uint64, bool) {
	services := []string{1: "semop", "semget", "semctl", "semtimedop", 11: "msgsnd", "msgrcv", "msgget", "msgctl", 21: "shmat", "shmdt", "shmget", "shmctl"}
	i := slices.Index(services, name)
	return uint64(i), i > 0
}

// bundled finds the call that a service can be reached through.
func (a architecture) bundled(name string) (bundle uint32, service uint64, ok bool) {
	if a.name != "x86" {
		return 0, 0, false
	}
	if i := slices.Index(socketServices(), name); i >= 0 {
		number, _ := a.number("socketcall")
		return number, uint64(i + 1), true
	}
	if n, isIPC := ipcService(name); isIPC {
		number, _ := a.number("ipc")
		return number, n, true
	}
	return 0, 0, false
}
