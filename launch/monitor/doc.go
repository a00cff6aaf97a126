//go:build linux

// Package monitor is the host side of a launch: it carries out the monitor's
// steps, remembers how to undo each, keeps the container's console and waits for
// its init. One file an op, or a group of ops that share what they know.
//
// Nothing here waits for an RCU grace period: no process is moved between
// cgroups and no network device is deleted.
package monitor
