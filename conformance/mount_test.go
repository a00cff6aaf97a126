//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// idMap are the lines of a container whose ids begin at shift.
var idMap = with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")

// storedIn returns a mend function that puts the rootfs elsewhere. The observer's
// directory stays on the host, where the test looks for its report.
func storedIn(path string, more ...string) func(string) string {
	return all(without("lxc.rootfs.path"), with("lxc.rootfs.path = "+path, "lxc.mount.entry = ROOTFS/observed observed none bind 0 0"), with(more...))
}

// image makes the rootfs an image of a file system, LXCPATH/NAME/image.
func image(mkfs ...string) func(t *testing.T, c container) {
	return func(t *testing.T, c container) {
		t.Helper()
		if _, err := exec.LookPath(mkfs[0]); err != nil {
			t.Skipf("%s is not installed", mkfs[0])
		}
		name := filepath.Join(filepath.Dir(c.rootfs()), "image")
		_ = os.Remove(name)
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, 128<<20); err != nil {
			t.Fatal(err)
		}
		words := strings.ReplaceAll(strings.Join(mkfs, "\x00"), "ROOTFS", c.rootfs()) + "\x00" + name
		argv := strings.Split(words, "\x00")
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
		}
	}
}

var (
	ext4  = image("mkfs.ext4", "-q", "-d", "ROOTFS")
	btrfs = image("mkfs.btrfs", "-q", "-r", "ROOTFS")
)

// layers empties the directories of overlays, LXCPATH/NAME/upper, owned by the
// container's root.
func layers(t *testing.T, c container) {
	t.Helper()
	dir := filepath.Dir(c.rootfs())
	for _, name := range []string{"upper", "work", "low", "layers"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"low", "low/only-here", "layers"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(dir, name), c.shift, c.shift); err != nil {
			t.Fatal(err)
		}
	}
}

// The rootfs on every kind of storage that both can mount here.
func TestStorageSameAsStock(t *testing.T) {
	const own = "ROOTFS/.."
	for _, test := range []comparison{
		{name: "a directory found by itself", mend: storedIn("ROOTFS")},
		{name: "a directory with options", mend: storedIn("dir:ROOTFS", "lxc.rootfs.options = nosuid,nodev,noatime")},
		{name: "a directory with an idmapped mount", mend: all(storedIn("dir:ROOTFS", "lxc.rootfs.options = idmap=container"), idMap)},
		{name: "an id map that nobody asked for", mend: storedIn("dir:ROOTFS", "lxc.rootfs.options = idmap=container"), warns: true},
		{name: "a prefix that is none", mend: storedIn("nosuch:ROOTFS"), warns: true},
		{name: "btrfs that is none", mend: storedIn("btrfs:ROOTFS")},
		{name: "an overlay", mend: storedIn("overlay:ROOTFS:" + own + "/layers/upper"), prepare: layers},
		{name: "an overlay of two layers with options", mend: storedIn("overlayfs:"+own+"/low:ROOTFS:"+own+"/layers/upper", "lxc.rootfs.options = nosuid,ro"), prepare: layers},
		{name: "an image", mend: storedIn("loop:" + own + "/image"), prepare: ext4},
		{name: "an image found by itself, read-only", mend: storedIn(own+"/image", "lxc.rootfs.options = ro,nodev,discard"), prepare: ext4},
		{name: "an image with btrfs", mend: storedIn("loop:" + own + "/image"), prepare: btrfs},
		{name: "a volume", mend: storedIn("lvm:/dev/" + volumeGroup + "/web"), prepare: volume},
		{name: "a volume found by itself, with options", mend: storedIn("/dev/"+volumeGroup+"/web", "lxc.rootfs.options = nosuid"), prepare: volume},
		{name: "a disk image", mend: storedIn("nbd:" + own + "/image"), prepare: whole},
		{name: "a partition of a disk image", mend: storedIn("nbd:" + own + "/disk:1"), prepare: partitioned},
		// Stock LXC cannot bind /usr/lib there, because the rootfs is mounted below it.
		{name: "an image below an id map", mend: all(without("lxc.mount.entry"), storedIn("loop:"+own+"/image"), idMap), shift: shift, prepare: ext4},
	} {
		t.Run(test.name, test.run)
	}
}

// sources makes directories of the host to mount, LXCPATH/NAME/src with a file and a
// tmpfs in it, and a fstab that mounts them.
func sources(t *testing.T, c container) {
	t.Helper()
	dir := filepath.Dir(c.rootfs())
	for _, name := range []string{"src", "src/sub", "a b"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"src/file": "of the host\n",
		"fstab": strings.ReplaceAll(`# a comment, an empty line, and blanks around

  DIR/src   mnt/tree	none	rbind,create=dir,ro	0	0
tmpfs mnt/tmp tmpfs create=dir,size=64k,mode=0711
DIR/a\040b mnt/blank\040and\011tab none bind,create=dir 0 0
DIR/nosuch mnt/nosuch none bind,optional 0 0
`, "DIR", dir),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Mount entries in every form, and what is mounted automatically.
func TestMountFormsSameAsStock(t *testing.T) {
	const own = "ROOTFS/.."
	auto := func(words string, more ...string) func(string) string {
		return all(without("lxc.mount.auto"), with("lxc.mount.auto = "+words), with(more...))
	}
	noNamespace := "lxc.namespace.keep = user net cgroup time"
	var tests []comparison
	add := func(name string, mend func(string) string, prepare func(*testing.T, container)) {
		tests = append(tests, comparison{name: name, mend: mend, prepare: prepare})
	}
	for _, words := range []string{"proc:rw", "proc:mixed sys:mixed", "proc sys:rw", "proc sys:ro cgroup:rw:force", "proc sys cgroup:mixed:force",
		"proc sys cgroup:ro:force", "proc sys cgroup-full:rw:force", "proc sys cgroup-full:ro:force", "proc sys cgroup2", "proc sys cgroup2:ro:force",
		"proc sys:ro cgroup-full:mixed", "proc:rw sys:ro cgroup proc:mixed"} {
		add(words, auto(words), nil)
	}
	for _, words := range []string{"cgroup", "cgroup:rw", "cgroup:mixed", "cgroup:ro", "cgroup-full", "cgroup-full:mixed", "cgroup-full:ro"} {
		add(words+" without a cgroup namespace", auto("proc sys "+words, noNamespace), nil)
	}
	add("cgroup without a cgroup namespace, below a directory", auto("proc sys cgroup:mixed", noNamespace, "lxc.cgroup.dir = below"), nil)
	add("cgroup without CAP_SYS_ADMIN", auto("proc sys:ro cgroup", "lxc.cap.drop = sys_admin"), nil)
	add("proc without CAP_NET_ADMIN", auto("proc sys", "lxc.cap.drop = net_admin"), nil)
	add("shared mounts", auto("proc sys:ro shmounts:"+own+"/src"), sources)
	add("shared mounts by name", auto("proc sys:ro shmounts:"+own+"/src:/mnt"), sources)
	add("a fstab", with("lxc.mount.fstab = "+own+"/fstab"), sources)
	add("targets given as paths of the host", with("lxc.mount.entry = tmpfs ROOTFS/mnt tmpfs size=64k 0 0",
		"lxc.mount.entry = tmpfs /elsewhere tmpfs size=64k,create=dir 0 0"), nil)
	add("words about sharing", with("lxc.mount.entry = "+own+"/src mnt/a none rbind,create=dir,private 0 0",
		"lxc.mount.entry = "+own+"/src mnt/b none bind,create=dir,rslave 0 0", "lxc.mount.entry = "+own+"/src mnt/c none bind,create=dir,rshared 0 0",
		"lxc.mount.entry = tmpfs mnt/d tmpfs create=dir,unbindable 0 0"), sources)
	add("an overlay", with("lxc.mount.entry = overlay mnt overlay lowerdir="+own+"/low,upperdir=LXCDIR/upper,workdir=LXCDIR/work 0 0"), layers)
	add("sources in the container", with("lxc.mount.entry = bin mnt/bin none bind,relative,create=dir 0 0",
		"lxc.mount.entry = /usr/lib/x86_64-linux-gnu/lxc/rootfs/etc mnt/etc none bind,create=dir 0 0"), nil)
	add("files", with("lxc.mount.entry = "+own+"/src/file mnt/file none bind,create=file 0 0",
		"lxc.mount.entry = "+own+"/src/file etc/deep/er/file none bind,ro,create=file 0 0"), sources)
	add("over what is mounted already", with("lxc.mount.entry = tmpfs mnt tmpfs size=64k 0 0", "lxc.mount.entry = tmpfs mnt/in tmpfs size=64k,create=dir 0 0",
		"lxc.mount.entry = tmpfs mnt tmpfs size=128k 0 0", "lxc.mount.entry = /dev/null proc/version none bind 0 0"), nil)
	add("options that LXC passes over", with("lxc.mount.entry = tmpfs mnt tmpfs sync,dirsync,mand,remount,size=64k 0 0"), nil)
	add("a device that an entry brings", with("lxc.mount.entry = /dev/zero dev/null none bind,create=file 0 0",
		"lxc.mount.entry = /dev/full dev/fuse none bind,create=file 0 0"), nil)
	add("containers in the container", with("lxc.apparmor.allow_nesting = 1"), nil)
	add("ttys in a directory of devices of the rootfs", all(without("lxc.autodev"), with("lxc.autodev = 0", "lxc.tty.dir = lxc")), devices)
	add("devices of the rootfs", all(without("lxc.autodev"), with("lxc.autodev = 0")), devices)
	for _, test := range tests {
		test.warns = true
		t.Run(test.name, test.run)
	}
	idmapped := comparison{mend: all(idMap, with("lxc.mount.entry = "+own+"/src mnt none bind,idmap=container,ro 0 0",
		"lxc.mount.entry = "+own+"/src home none rbind,idmap=container 0 0", "lxc.mount.entry = tmpfs root tmpfs size=64k 0 0")), shift: shift, prepare: sources}
	t.Run("idmapped", idmapped.run)
}

// devices fills the rootfs' own /dev.
func devices(t *testing.T, c container) {
	t.Helper()
	dev := filepath.Join(c.rootfs(), "dev")
	for name, minor := range map[string]uint32{"null": 3, "zero": 5} {
		if err := unix.Mknod(filepath.Join(dev, name), unix.S_IFCHR|0o666, int(unix.Mkdev(1, minor))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("pts/ptmx", filepath.Join(dev, "ptmx")); err != nil {
		t.Fatal(err)
	}
}
