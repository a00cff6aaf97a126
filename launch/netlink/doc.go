//go:build linux

// Package netlink speaks rtnetlink(7), the kernel's interface to links, addresses,
// routes and neighbours: as much of it as a launch needs.
//
// A Conn is a socket; what it sees and changes is the network namespace of the
// process that opened it, whoever uses it afterwards. Each call is one request and
// waits for its answer. What the kernel refuses comes back as an *Error, with the
// kernel's own explanation where it gives one.
package netlink
