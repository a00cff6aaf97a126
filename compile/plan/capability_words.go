package plan

// powers is what each capability lets a process do (capabilities(7)), by number.
var powers = [...]string{
	"change the owner of files",
	"read and write files whatever their modes say",
	"read files and search directories whatever their modes say",
	"act as the owner of any file",
	"keep set-user-ID bits on files it writes",
	"signal processes of other users",
	"take on any group id",
	"take on any user id",
	"give its processes other capabilities",
	"make files immutable or append-only",
	"listen on ports below 1024",
	"send broadcasts",
	"administer its network",
	"use raw sockets",
	"lock memory",
	"use IPC objects of other users",
	"load kernel modules",
	"reach I/O ports and physical memory",
	"change the root directory of processes",
	"trace processes of other users",
	"account for processes",
	"mount file systems and administer the system",
	"reboot",
	"raise priorities and choose schedulers",
	"exceed resource limits",
	"set the clock",
	"configure terminals",
	"make device nodes",
	"take leases on files",
	"write to the audit log",
	"control auditing",
	"give capabilities to files",
	"override mandatory access control",
	"change mandatory access control",
	"read the kernel's log",
	"set alarms that wake the machine",
	"keep the machine from sleeping",
	"read the audit log",
	"monitor performance of the system",
	"load BPF programs",
	"checkpoint and restore processes",
}

// power is what a capability is for, as the end of "the container can …".
func (c Capability) power() string {
	if int(c.Number) < len(powers) {
		return powers[c.Number]
	}
	return "use " + c.words()
}
