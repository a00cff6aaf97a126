// Package conformance holds the tests that see lxcfg from outside: the same
// configuration started by stock LXC and by lxcfg and compared from within the
// container, the calls of a launch held against strace, every step made to fail,
// hostile input, and the import floors of the module.
//
// Tests that need root, stock LXC, busybox or strace say so when they skip. They
// run containers in directories of their own and leave the host as it was.
package conformance
