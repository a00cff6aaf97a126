//go:build linux

package command

import (
	"cmp"
	"os"

	"golang.org/x/sys/unix"
)

// RuntimeDir is the directory that LXC keeps files of running containers below: /run for
// its owner or group, what XDG_RUNTIME_DIR says for others, or one below their home.
func RuntimeDir() string {
	var info unix.Stat_t
	if unix.Stat("/run", &info) == nil && (int(info.Uid) == os.Geteuid() || int(info.Gid) == os.Getegid()) {
		return "/run"
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return dir
	}
	return cmp.Or(os.Getenv("HOME"), "/") + "/.cache/lxc/run"
}
