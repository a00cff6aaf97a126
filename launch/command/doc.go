//go:build linux

// Package command speaks over the command socket that the monitor of every running
// container listens at, LXC's as well as lxcfg's: an abstract Unix socket (unix(7)),
// one request a connection. Peer is the side that asks, Server the one that answers.
//
//	request   u32 command, i32 length, 8 bytes that mean nothing or hold a number;
//	          the sender's SCM_CREDENTIALS go with it; then length bytes
//	answer    i32 result: 0 or a negative errno, i32 length, 8 bytes: a number when
//	          length is 0; then length bytes
package command
