//go:build linux

// Package daemon puts the monitor of a container into the background.
//
// A Go program cannot fork: a child would have one thread of a runtime that counts on
// several. So the caller starts its own program again, in a session of its own, and
// waits for it. What is started does all there is to do, with the caller's standard
// error to complain on, until the container runs; then it lets go of the caller, who
// ends with the status it was told.
//
//	caller                              daemon
//	Spawn ── clone, execve of itself ─▶ Arrive
//	  (reads)                           … makes the container …
//	  ◀───────────── 0 ─────────────── Running
//	ends with 0                         … waits for the container's end …
//
// A daemon that ends before it has said so had an error, and has told it: the caller
// ends with the same status.
package daemon
