//go:build linux

// Package attach runs a command in a container that runs already, LXC's or lxcfg's, as
// lxc-attach(1) does.
//
// What is to be joined is read of the container's init, which a pidfd of its monitor's
// stands for: before anything is done with what was read, init has to be alive still.
// A raw child then joins and becomes the command (payload.Attach); who attaches carries
// its terminal, passes signals on and waits.
package attach
