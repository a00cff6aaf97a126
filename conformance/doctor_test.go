//go:build linux

package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// examined is what `lxcfg doctor` says of a container: the codes of what is worth a
// warning, and its exit status.
func examined(t *testing.T, c container, command ...string) (codes []string, status int) {
	t.Helper()
	return diagnosed(t, append(doctorOf(t, c), command...))
}

// doctorOf is the command line that examines a container.
func doctorOf(t *testing.T, c container) []string {
	t.Helper()
	return []string{lxcfg(t), "doctor", "--format", "json", "-P", c.lxcpath, "-n", containerName, "--"}
}

// diagnosed runs a doctor.
func diagnosed(t *testing.T, argv []string) (codes []string, status int) {
	t.Helper()
	doctor := exec.Command(argv[0], argv[1:]...)
	out, err := doctor.Output()
	var report struct {
		Findings []struct{ Code, Severity string }
	}
	if jsonErr := json.Unmarshal(out, &report); jsonErr != nil {
		t.Fatalf("lxcfg doctor: %v, %v\n%s", err, jsonErr, out)
	}
	for _, f := range report.Findings {
		if f.Severity != "info" {
			codes = append(codes, f.Code)
		}
	}
	return codes, doctor.ProcessState.ExitCode()
}

// TestDoctorFindsNothing examines every configuration that starts: whatever the
// doctor finds there is wrong.
func TestDoctorFindsNothing(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			c.prepare = test.prepare
			c.renew(t)
			if err := os.MkdirAll(filepath.Join(c.rootfs(), "observed"), 0o755); err != nil {
				t.Fatal(err)
			}
			codes, _ := examined(t, c, "/bin/sh")
			// What the compiler says of this host is no lack: lines without effect here.
			codes = slices.DeleteFunc(codes, func(code string) bool { return !strings.HasPrefix(code, "host/") })
			if len(codes) > 0 {
				t.Errorf("the doctor finds %s", strings.Join(codes, ", "))
			}
		})
	}
}

// TestDoctorForetellsFailures breaks a container in many ways. For each the doctor
// names what is missing, and the launch fails.
func TestDoctorForetellsFailures(t *testing.T) {
	idMap := with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")
	for _, test := range []struct {
		name    string
		shift   int
		mend    func(string) string
		damage  func(t *testing.T, c container)
		command []string
		code    string
		starts  bool // the launch goes on and does something else
	}{
		{name: "a mount source is missing", mend: with("lxc.mount.entry = /nonexistent/data mnt none bind 0 0"), code: "host/path"},
		{name: "a mount target is missing", mend: with("lxc.mount.entry = /etc nosuch none bind 0 0"), code: "host/target"},
		{name: "a mount target is missing in the new /dev", mend: with("lxc.mount.entry = /dev/null dev/other none bind 0 0"), code: "host/target"},
		{name: "a mount target is a link", mend: with("lxc.mount.entry = /etc out none bind 0 0"), code: "host/target",
			damage: func(t *testing.T, c container) {
				if err := os.Symlink("/mnt", filepath.Join(c.rootfs(), "out")); err != nil {
					t.Fatal(err)
				}
			}},
		{name: "a directory is made for a file", mend: with("lxc.mount.entry = /etc/hostname mnt/x none bind,create=dir 0 0"), code: "host/path-kind"},
		{name: "the rootfs is missing", code: "host/path", damage: func(t *testing.T, c container) {
			if err := os.RemoveAll(c.rootfs()); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "an image is missing", mend: with("lxc.rootfs.path = loop:/nonexistent/web.img"), code: "host/path"},
		{name: "a layer is missing", mend: with("lxc.rootfs.path = overlay:/nonexistent/base:LXCDIR/delta"), code: "host/path"},
		{name: "the console is missing", mend: with("lxc.console.path = /dev/nonexistent"), code: "host/path"},
		{name: "the log's directory is missing", mend: with("lxc.console.logfile = /nonexistent/log"), code: "host/path"},
		{name: "the directory above the rootfs is closed", shift: shift, mend: all(first(common, userns), idMap), code: "idmap/no-way", damage: func(t *testing.T, c container) {
			if err := os.Chmod(c.lxcpath, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "the rootfs belongs to other ids", mend: all(first(common, userns), idMap), code: "host/not-shifted", starts: true},
		{name: "a file system that an id map forbids", shift: shift, mend: all(first(common, userns), idMap, with("lxc.mount.entry = /dev/loop0 mnt ext4 ro 0 0")), code: "host/filesystem"},
		{name: "a file system the kernel lacks", mend: with("lxc.mount.entry = none mnt nosuchfs defaults 0 0"), code: "host/filesystem"},
		{name: "a sysctl the kernel lacks", mend: with("lxc.sysctl.net.nosuch = 1"), code: "host/sysctl"},
		{name: "init is missing", command: []string{"/bin/nonexistent"}, code: "host/init"},
		{name: "the cgroup is left of an earlier launch", code: "host/cgroup-left", starts: true, damage: func(t *testing.T, c container) {
			for _, root := range cgroupRoots() {
				dir := filepath.Join(root, "lxc.payload."+containerName)
				if err := os.Mkdir(dir, 0o755); err == nil {
					t.Cleanup(func() { os.Remove(dir) })
				}
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			c.fresh(t)
			if test.damage != nil {
				test.damage(t, c)
			}
			command := test.command
			if command == nil {
				command = []string{"/bin/true"}
			}
			codes, status := examined(t, c, command...)
			if !slices.Contains(codes, test.code) || status != 1 {
				t.Errorf("the doctor finds %v and ends with %d, want %s and 1", codes, status, test.code)
			}
			ended := onTerminal(t, ours(t).argv(c, command...), withoutHelpers, nil)
			switch {
			case test.starts && ended.status != 0:
				t.Errorf("the launch ends with %d:\n%s", ended.status, ended.output)
			case !test.starts && ended.status != 125:
				t.Errorf("the launch ends with %d, want 125: there is nothing to find\n%s", ended.status, ended.output)
			}
		})
	}
}

// TestDoctorLooksAtLinks examines a container with an interface on hosts with other
// networks.
func TestDoctorLooksAtLinks(t *testing.T) {
	c := networkContainer(t, 0, "lxc.net.0.type = veth", "lxc.net.0.link = br77", "lxc.net.0.flags = up")
	for _, test := range []struct {
		name, code string
		make       []string
		fails      bool // the launch does
	}{
		{name: "no bridge", code: "net/link-missing", fails: true},
		{name: "a bridge", make: []string{"ip link add br77 type bridge", "ip link set br77 up"}},
		{name: "a bridge switched off", code: "host/bridge-down", make: []string{"ip link add br77 type bridge"}},
		{name: "no bridge but a device", code: "net/not-a-bridge", fails: true, make: []string{"ip link add br77 type veth peer name wire77"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHostnet(t, test.make...)
			codes, status := diagnosed(t, append(h.enter(doctorOf(t, c)...), "/bin/true"))
			if got := strings.Join(codes, " "); got != test.code || (status == 0) != (test.code == "") {
				t.Errorf("the doctor finds %q and ends with %d, want %q", got, status, test.code)
			}
			if output, status := h.start(t, c, "/bin/true"); (status != 0) != test.fails {
				t.Errorf("the launch ends with %d:\n%s", status, output)
			}
		})
	}
}
