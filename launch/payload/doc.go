//go:build linux

// Package payload lowers the container side of a plan to a program of system
// calls. It decides nothing: what to do is in the plan, and what only the launch
// knows is an input of the program.
//
// Paths in the container are opened below the rootfs' own descriptor, without
// following symbolic links, and everything is made and mounted by descriptor. A
// rootfs prepared by an attacker cannot lead a mount, mkdir or mknod outside.
package payload
