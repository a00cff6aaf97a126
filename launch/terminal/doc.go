//go:build linux

// Package terminal carries what the terminals of a container show and are told. The
// monitor has the masters of their ptys (pty(7)):
//
//   - the console's output goes to the terminal or the streams it is connected to, to a
//     log, into a buffer, and to everybody who has borrowed it; their input goes there;
//   - a tty is lent whole: who borrows it gets its master.
//
// It works in a loop, with the loop's lock held, and waits for nobody but the streams of
// who started the container.
package terminal
