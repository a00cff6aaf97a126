package config

import "lxcfg/grammar"

// Cap is lxc.cap.*. LXC has one list and a flag that says how to read it.
type Cap struct {
	Drop Items[Capability]
	Keep Items[Capability]
	// KeepSet is set by any lxc.cap.keep line: with an empty Keep it drops all.
	KeepSet Value[bool]
}

// Capability is a capability by its kernel name and number.
type Capability = grammar.Capability

// Security is lxc.apparmor.*, lxc.selinux.* and lxc.no_new_privs.
type Security struct {
	NoNewPrivs              Value[bool]
	AppArmorProfile         Value[string] // "generated", "unconfined", "unchanged" or a name
	AppArmorAllowIncomplete Value[bool]
	AppArmorAllowNesting    Value[bool]
	AppArmorRaw             Items[string]
	SELinuxContext          Value[string]
	SELinuxKeyring          Value[string]
}

// Seccomp is lxc.seccomp.*.
type Seccomp struct {
	Profile      Value[string]
	AllowNesting Value[bool]
	NotifyProxy  Value[string]
	NotifyCookie Value[string]
}
