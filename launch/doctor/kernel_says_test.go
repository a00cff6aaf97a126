//go:build linux

package doctor

import (
	"io/fs"
	"os/exec"
	"syscall"
	"testing"
)

func sys(info fs.FileInfo) *syscall.Stat_t { return info.Sys().(*syscall.Stat_t) }

// kernelSays lets a process of other ids look behind a directory.
func kernelSays(t *testing.T, dir string, uid, gid uint32) bool {
	t.Helper()
	probe := exec.Command("/usr/bin/test", "-e", dir+"/.")
	probe.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	return probe.Run() == nil
}
