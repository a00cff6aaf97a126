package grammar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lxcfg/grammar/late"
)

// Capability is a capability by number; Name is the kernel's, "CAP_SYS_ADMIN".
type Capability struct {
	Name   string
	Number uint32
}

// Capabilities is lxc.cap.drop: names in lower case without "cap_", or numbers.
var Capabilities = Language[[]Capability]{
	Name: "capabilities", Syntax: "(name | number) {blanks …}, names as in capabilities(7), lower case, without cap_",
	Parse:  func(t Text) ([]Capability, *ValueError) { return parseCapabilities(t, false) },
	Format: formatCapabilities,
}

// KeptCapabilities is lxc.cap.keep: "none" forgets what was listed before it, and
// is returned as a capability without a name.
var KeptCapabilities = Language[[]Capability]{
	Name: "capabilities", Syntax: `(name | number | "none") {blanks …}`,
	Parse:  func(t Text) ([]Capability, *ValueError) { return parseCapabilities(t, true) },
	Format: formatCapabilities,
}

func formatCapabilities(list []Capability) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = strings.ToLower(strings.TrimPrefix(c.Name, "CAP_"))
		if c.Name == "" {
			words[i] = "none"
		}
	}
	return strings.Join(words, " ")
}

func parseCapabilities(t Text, none bool) ([]Capability, *ValueError) {
	var list []Capability
	for from, to := nextField(t.String, 0); from < to; from, to = nextField(t.String, to) {
		w := t.String[from:to]
		if none && w == "none" {
			list = append(list, Capability{})
			continue
		}
		number := slices.Index(capabilityNames(), w)
		if number < 0 {
			n, ok := parseUint(w, 32)
			if !ok || n > 63 {
				return list, notACapability(t.Sub(from, to))
			}
			number = int(n)
		}
		list = append(list, Capability{CapabilityName(uint32(number)), uint32(number)})
	}
	return list, nil
}

// CapabilityName gives a capability's name in the kernel, "CAP_CHOWN".
func CapabilityName(number uint32) string {
	if names := kernelNames.Get(); int(number) < len(names) {
		return names[number]
	}
	return "CAP_" + strconv.FormatUint(uint64(number), 10)
}

// kernelNames lists the capabilities' names in the kernel by number.
var kernelNames = late.Value[[]string]{Make: func() []string {
	names := make([]string, len(capabilityTable))
	for i, name := range capabilityTable {
		names[i] = "CAP_" + strings.ToUpper(name)
	}
	return names
}}

func notACapability(w Text) *ValueError {
	lower := strings.ToLower(w.String)
	if plain := strings.TrimPrefix(lower, "cap_"); slices.Contains(capabilityNames(), plain) {
		return invalid(w, fmt.Sprintf("Write %q: LXC takes names in lower case and without cap_.", plain), "%q is not how LXC writes a capability", w.String)
	}
	return notOneOf(w, "capability", capabilityNames())
}

// capabilityNames lists the capabilities by number (linux/capability.h).
func capabilityNames() []string { return capabilityTable[:] }

var capabilityTable = [...]string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
	"linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
	"sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
	"mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
	"checkpoint_restore",
}
