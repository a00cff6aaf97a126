//go:build linux

// Package remains keeps a list, for each launch, of what it makes on the host that does
// not go with its processes: cgroups, links, what was changed about devices.
//
// A launch that ends takes these back and the list away. Of a launcher that was killed
// the list stays, nobody holds its lock any more, and whoever finds it can take back
// what it names.
//
// Most of a launch needs no list, because the kernel takes it back: mounts and links in
// the container's namespaces, loop devices (autoclear), files without a name, processes
// (PR_SET_PDEATHSIG).
package remains
