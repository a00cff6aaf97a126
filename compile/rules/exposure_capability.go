package rules

import (
	"strings"

	"lxcfg/compile/config"
)

// capabilityExposures is a row for each capability that reaches beyond the container
// when its root is the host's. In a user namespace of its own the kernel grants them
// over the container's own things only.
func capabilityExposures() []Exposure {
	rows := make([]Exposure, 0, len(reaching))
	for _, r := range reaching {
		title := "CAP_" + strings.ToUpper(r.name)
		rows = append(rows, Exposure{Name: "cap-" + strings.ReplaceAll(r.name, "_", "-"), Title: title, Most: r.points, Doc: r.doc, Missing: true,
			weigh: func(c *config.Config) weight {
				if _, dropped := dropsCapability(c, title); dropped || mapsIDs(c) {
					return weight{}
				}
				at := config.Origin{}
				for _, kept := range c.Cap.Keep {
					if kept.V.Name == title {
						at = kept.Origin
					}
				}
				return weight{r.points, at, r.lets, "Drop it: `lxc.cap.drop = " + r.name + "`, or map ids."}
			}})
	}
	return rows
}

// reaching are those capabilities (capabilities(7)).
var reaching = [...]struct {
	name   string
	points int
	lets   string
	doc    string
}{
	{"sys_module", 10, "root may load kernel modules", "A module is code in the host's kernel: whoever loads one has the host."},
	{"sys_rawio", 10, "root may write to the machine's memory and ports", "/dev/mem, iopl(2) and raw commands to disks reach past all file permissions."},
	{"sys_admin", 8, "root may mount, and set up the kernel in a hundred ways", "Half of the kernel asks for this one capability: mounts, quotas, device settings. Most inits need it for mounts in the container."},
	{"dac_read_search", 4, "root may open files by handle", "open_by_handle_at(2) finds files of the host's file system that the container does not see, when its rootfs lies on the same one."},
	{"mac_admin", 3, "root may change the host's security policy", "AppArmor and Smack profiles hold for the host as well."},
	{"mac_override", 2, "root may override the host's security policy", "It undoes mandatory access control where the host uses Smack."},
	{"sys_time", 3, "root may set the host's clock", "There is one clock for the host and all containers, and certificates, logs and backups depend on it."},
	{"syslog", 2, "root may read and clear the kernel's log", "The log tells addresses of the kernel, and names of the host's devices and processes."},
	{"bpf", 2, "root may load programs into the kernel", "What the verifier of bpf(2) let through was the way out of containers several times."},
	{"perfmon", 1, "root may watch the kernel's performance counters", "Counters tell what other processes do."},
	{"mknod", 2, "root may make device nodes", "A node is of use for the devices that the device rules allow."},
	{"sys_ptrace", 1, "root may look into other processes", "Without a pid namespace of its own those are the host's."},
	{"net_admin", 1, "root may set up networks", "It is confined to the container's network namespace, and opens much of the kernel's network code."},
	{"net_raw", 1, "root may send any packet", "On a bridge it can take the addresses of its neighbours."},
	{"sys_boot", 1, "root may call reboot and load another kernel", "reboot(2) ends only the container; kexec_load(2) is not confined to it."},
	{"sys_resource", 1, "root may override limits", "Quotas, and the limits of setrlimit(2), do not hold."},
	{"audit_control", 1, "root may switch the host's audit off", "There is one audit for the host and all containers."},
	{"block_suspend", 1, "root may keep the host from sleeping", "There is one power management for the host and all containers."},
	{"wake_alarm", 1, "root may wake the host", "There is one power management for the host and all containers."},
}
