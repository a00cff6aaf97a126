//go:build linux

package conformance

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool runs a program that prepares storage and returns what it prints.
func tool(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	out, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// requireTools skips a test whose programs are not installed.
func requireTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
}

// withStorageTools is an environment with the programs that storage takes, and as
// withoutHelpers without newuidmap.
func withStorageTools(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join(shared, "storage-tools")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"qemu-nbd", "lvremove"} {
		if program, err := exec.LookPath(name); err == nil {
			if err := os.Symlink(program, filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrExist) {
				t.Fatal(err)
			}
		}
	}
	return []string{"PATH=" + dir}
}

// volumeGroup is the group of the tests' logical volumes.
var volumeGroup = fmt.Sprintf("lxcfg%d", os.Getpid())

// withoutUdev has lvm(8) make the nodes of devices itself, where no udev does.
const withoutUdev = "activation { udev_sync=0 udev_rules=0 verify_udev_operations=1 } devices { obtain_device_list_from_udev=0 external_device_info_source=none }"

// volume makes the rootfs a logical volume, /dev/VG/web.
func volume(t *testing.T, c container) {
	t.Helper()
	requireTools(t, "pvcreate", "vgcreate", "lvcreate", "losetup", "mkfs.ext4")
	if exec.Command("dmsetup", "version").Run() != nil {
		t.Skip("this kernel has no device mapper")
	}
	device := filepath.Join("/dev", volumeGroup, "web")
	if exec.Command("vgs", "--config", withoutUdev, volumeGroup).Run() != nil {
		disk := filepath.Join(t.TempDir(), "disk")
		if err := os.WriteFile(disk, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(disk, 256<<20); err != nil {
			t.Fatal(err)
		}
		loop := tool(t, "losetup", "--find", "--show", disk)
		t.Cleanup(func() {
			_ = exec.Command("vgremove", "--config", withoutUdev, "--force", volumeGroup).Run()
			_ = os.RemoveAll(filepath.Dir(device)) // which udev would have removed
			tool(t, "losetup", "--detach", loop)
		})
		tool(t, "vgcreate", "--config", withoutUdev, volumeGroup, loop)
	}
	if _, err := os.Stat(device); err != nil {
		tool(t, "lvcreate", "--config", withoutUdev, "--yes", "--size", "160M", "--name", "web", volumeGroup)
	}
	tool(t, "mkfs.ext4", "-q", "-F", "-d", c.rootfs(), device)
}

// partitioned makes the rootfs the first partition of a disk image in the format of
// QEMU, LXCPATH/NAME/disk.
func partitioned(t *testing.T, c container) {
	t.Helper()
	requireTools(t, "qemu-nbd", "qemu-img", "mkfs.ext4")
	if _, err := os.Stat("/dev/nbd0"); err != nil {
		t.Skip("this kernel has no network block devices, or its module is not loaded")
	}
	dir := filepath.Dir(c.rootfs())
	raw := filepath.Join(dir, "raw")
	// A master boot record with one partition of Linux, of 128 MiB behind the first.
	record := make([]byte, 512)
	record[446+4] = 0x83
	binary.LittleEndian.PutUint32(record[446+8:], 2048)
	binary.LittleEndian.PutUint32(record[446+12:], 262144)
	record[510], record[511] = 0x55, 0xaa
	if err := os.WriteFile(raw, record, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(raw, 130<<20); err != nil {
		t.Fatal(err)
	}
	tool(t, "mkfs.ext4", "-q", "-F", "-E", "offset=1048576", "-d", c.rootfs(), raw, "128M")
	tool(t, "qemu-img", "convert", "-O", "qcow2", raw, filepath.Join(dir, "disk"))
	if err := os.Remove(raw); err != nil {
		t.Fatal(err)
	}
}

// whole makes the rootfs a disk image without partitions, LXCPATH/NAME/image.
func whole(t *testing.T, c container) {
	t.Helper()
	requireTools(t, "qemu-nbd")
	if _, err := os.Stat("/dev/nbd0"); err != nil {
		t.Skip("this kernel has no network block devices, or its module is not loaded")
	}
	ext4(t, c)
}
