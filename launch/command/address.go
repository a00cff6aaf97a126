//go:build linux

package command

import (
	"fmt"
	"hash/fnv"
)

// maxName is the longest name of a socket that LXC uses as it is: what a sockaddr_un
// holds besides the first and a last NUL.
const maxName = 105

// hashLength is how many digits a hashed name has.
const hashLength = 16

// Address returns the name of a container's command socket in the abstract
// namespace, with the "@" that package net and unix write for the NUL before it.
// Names that are too long are hashed, as LXC does.
func Address(lxcPath, container string) string {
	directory := lxcPath + "/" + container
	if name := directory + "/command"; len(name) <= maxName {
		return "@" + name
	}
	hash := fnv.New64a()
	hash.Write([]byte(directory))
	return fmt.Sprintf("@lxc/%0*x/command", hashLength, hash.Sum64())
}
