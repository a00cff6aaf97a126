//go:build linux

package monitor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// programs puts programs on the PATH that write down how they are called, and returns
// what they were called with so far. Each prints what is given for it.
func programs(t *testing.T, prints map[string]string) (calls func() string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	for name, text := range prints {
		script := "#!/bin/sh\necho \"${0##*/} $*\" >>" + log + "\necho '" + text + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return func() string {
		text, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return string(text)
	}
}

// An image of a cluster is mapped, and unmapped when the container is taken down. One
// that is mapped already is left alone.
func TestMapRBD(t *testing.T) {
	for _, mapped := range []bool{false, true} {
		calls := programs(t, map[string]string{"rbd": "/dev/null"})
		op := plan.RBDMap{Image: "pool/web", Device: filepath.Join(t.TempDir(), "web")}
		if mapped {
			op.Device = "/dev/zero"
		}
		m := newMonitor(t)
		if err := m.mapRBD("map", op); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Undo(); err != nil {
			t.Fatal(err)
		}
		want, device := "rbd map pool/web\nrbd unmap /dev/null\n", "/dev/null"
		if mapped {
			want, device = "", "/dev/zero"
		}
		if calls() != want || m.device != device {
			t.Errorf("mapped %v: the device is %s, and what was run\n%s", mapped, m.device, calls())
		}
	}
}

func TestFindDataset(t *testing.T) {
	calls := programs(t, map[string]string{"zfs": "tank/web"})
	m := newMonitor(t)
	if err := m.findDataset(plan.ZFSFind{Path: "/tank/web"}); err != nil || m.device != "tank/web" {
		t.Errorf("the dataset is %q, %v", m.device, err)
	}
	if want := "zfs list -H -o name /tank/web\n"; calls() != want {
		t.Errorf("what was run is %q, want %q", calls(), want)
	}
}

// What holds the rootfs is destroyed by the program that made it.
func TestRemoveStorage(t *testing.T) {
	for name, test := range map[string]struct {
		op   plan.StorageRemove
		want string
	}{
		"volume":              {plan.StorageRemove{Storage: plan.StorageVolume, Path: "/dev/null"}, "lvremove --force /dev/null\n"},
		"dataset":             {plan.StorageRemove{Storage: plan.StorageDataset, Path: "tank/web"}, "zfs destroy -r tank/web\n"},
		"dataset by its path": {plan.StorageRemove{Storage: plan.StorageDataset, Path: "/tank/web"}, "zfs destroy -r found/before\n"},
		"image of a cluster":  {plan.StorageRemove{Storage: plan.StorageClusterImage, Path: "pool/web"}, "rbd rm pool/web\n"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := programs(t, map[string]string{"lvremove": "", "zfs": "", "rbd": ""})
			m := newMonitor(t)
			m.device = "found/before"
			if err := m.removeStorage(test.op); err != nil || calls() != test.want {
				t.Errorf("%v; what was run is %q, want %q", err, calls(), test.want)
			}
		})
	}
}

// A device that no file system takes is told with the types that were tried, and a
// partition table is not overlooked.
func TestMountNothing(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("loop devices take root")
	}
	if _, err := os.Stat("/dev/loop-control"); err != nil {
		t.Skip("this kernel has no loop devices")
	}
	for name, test := range map[string]struct {
		end  string // of the first 512 bytes
		says string
	}{
		"empty":       {"\x00\x00", "holds no file system"},
		"partitioned": {"\x55\xaa", "it has a partition table"},
	} {
		t.Run(name, func(t *testing.T) {
			image := filepath.Join(t.TempDir(), "image")
			first := make([]byte, 1<<20)
			first[446+4] = 0x83
			copy(first[510:], test.end)
			if err := os.WriteFile(image, first, 0o600); err != nil {
				t.Fatal(err)
			}
			m := newMonitor(t)
			m.child.PID = os.Getpid()
			if err := m.attachLoop("attach", plan.LoopAttach{Image: image}); err != nil {
				t.Fatal(err)
			}
			m.child.PID = 0
			err := m.mountDevice("mount", plan.RootfsDevice{})
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "ext4") {
				t.Errorf("the error is %v, want %q and the types", err, test.says)
			}
			device := m.device
			if _, err := m.Undo(); err != nil {
				t.Fatal(err)
			}
			backing := "/sys/block/" + filepath.Base(device) + "/loop/backing_file"
			if text, err := os.ReadFile(backing); err == nil && strings.HasPrefix(string(text), image) {
				t.Errorf("%s is still attached", device)
			}
		})
	}
}

// A file system is pinned without a name in it, by either way.
func TestPin(t *testing.T) {
	dir := t.TempDir()
	m := newMonitor(t)
	if err := m.pinRootfs("pin", plan.RootfsPin{Path: dir}); err != nil {
		t.Fatal(err)
	}
	fd, err := openRemoved(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil || info.Nlink != 0 {
		t.Errorf("the file has %d names, %v", info.Nlink, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Errorf("the directory holds %v, %v", names, err)
	}
	if undone, err := m.Undo(); err != nil || len(undone) != 1 {
		t.Errorf("undone is %q, %v", undone, err)
	}
}

// What is no user namespace maps no ids, and holds up nothing.
func TestOpenUserNamespace(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	m := newMonitor(t)
	for _, name := range []string{fifo, "/dev/null", "/proc/self/ns/mnt"} {
		if f, err := m.openUserNamespace(name); err == nil || !strings.Contains(err.Error(), "is no user namespace") {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
	f, err := m.openUserNamespace("/proc/self/ns/user")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
