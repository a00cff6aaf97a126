//go:build linux

package probe

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// kernelAdmits lets a process of other ids look behind a directory.
func kernelAdmits(dir string, uid, gid uint32) bool {
	look := exec.Command("/usr/bin/test", "-e", dir+"/.")
	look.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	return look.Run() == nil
}

// openDir is an empty directory that everybody gets to.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "lxcfg-probe-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// admits is what is made of a directory as it was looked at.
func admits(t *testing.T, dir string, uid, gid uint32) bool {
	t.Helper()
	passages := Way(dir).Passages
	last := passages.At(passages.Len() - 1)
	if last.Path != dir {
		t.Fatalf("the way to %s ends at %s", dir, last.Path)
	}
	return last.Admits(uid, gid, nil, nil)
}

// Who may pass a directory is what the kernel says, for each mode.
func TestModesAdmitAsTheKernelDoes(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("gives files to other users, which takes root")
	}
	base := openDir(t)
	for mode := os.FileMode(0); mode <= 0o777; mode++ {
		dir := filepath.Join(base, "dir")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{os.Chown(dir, 100001, 100000), os.Chmod(dir, mode)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if got, want := admits(t, dir, 100000, 100000), kernelAdmits(dir, 100000, 100000); got != want {
			t.Fatalf("mode %o: it says %v, the kernel %v", mode, got, want)
		}
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
	}
}

// accessEntry is an entry as the kernel stores it.
type accessEntry struct {
	tag, perm uint16
	id        uint32
}

// The same with access control lists.
func TestListsAdmitAsTheKernelDoes(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("gives files to other users, which takes root")
	}
	dir := openDir(t)
	const nobody, left = ^uint32(0), ^uint16(0) // left: there is no such entry
	for _, group := range [...]int{100000, 7} {
		if err := os.Chown(dir, 100001, group); err != nil {
			t.Fatal(err)
		}
		for _, user := range [...]uint16{left, 0, 1} {
			for _, named := range [...]uint16{left, 0, 1} {
				for bits := range uint16(8) {
					owning, mask, other := bits&1, bits>>1&1, bits>>2
					list := []accessEntry{{0x01, 7, nobody}, {0x02, user, 100000}, {0x02, 1, 100009}, {0x04, owning, nobody}, {0x08, named, 100000}, {0x10, mask, nobody}, {0x20, other, nobody}}
					data := []byte{2, 0, 0, 0}
					for _, e := range list {
						if e.perm != left {
							data = binary.LittleEndian.AppendUint16(data, e.tag)
							data = binary.LittleEndian.AppendUint16(data, e.perm)
							data = binary.LittleEndian.AppendUint32(data, e.id)
						}
					}
					if err := unix.Setxattr(dir, "system.posix_acl_access", data, 0); err != nil {
						t.Skipf("this file system has no access control lists: %v", err)
					}
					if got, want := admits(t, dir, 100000, 100000), kernelAdmits(dir, 100000, 100000); got != want {
						t.Errorf("of group %d, %v: it says %v, the kernel %v", group, host{root: "/"}.way(dir).Passages.Slice(), got, want)
					}
				}
			}
		}
	}
}
