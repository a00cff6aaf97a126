//go:build linux

// Package lxclog writes the log of a container in the format that lxc-start writes it
// in, so that what reads LXC's logs reads lxcfg's:
//
//	lxc-start web 20261123160836.520 INFO     start - config:cgroup-limit:12 - limit memory.max to 128M
//	program name  time (UTC)         level    part    file:what:line           message
//
// LXC has its C source file, function and line in the sixth place. Here it is the line
// of the configuration that the message is about, and the kind of step.
package lxclog
