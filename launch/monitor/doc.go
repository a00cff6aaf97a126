//go:build linux

// Package monitor is the host side of a launch: it carries out the monitor's
// steps, remembers how to undo each, keeps the container's console and waits for
// its init. One file an op, or a group of ops that share what they know.
//
// On the way to a running container nothing here waits for an RCU grace period: no
// process is moved between cgroups, and links are made where they belong. A device of
// the host has to be moved, which waits for one.
package monitor
