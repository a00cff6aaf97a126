//go:build linux

// Package ondisk is about what LXC keeps on disk of a container beside its
// configuration and its rootfs: the lock that its programs take while they read or
// change the configuration, and the mark of a creation that is not finished. Programs
// of LXC and lxcfg keep each other out with them.
package ondisk
